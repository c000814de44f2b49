"""The kinds of plugin: light descriptors that a package yields.

A descriptor holds its factory as text (`"package.module:Name"`), so that registering imports nothing. A factory is a frozen
dataclass: its fields are the parameters. Its module must import neither torch nor numpy at the top; methods may. What each
factory must make is in `mtdsl.registry.factories`, and for mergers in `mtdsl.registry.merging`.
"""

from __future__ import annotations

from typing import ClassVar

from mtdsl.frozen import Frozen, node


@node
class Descriptor(Frozen):
    """A technique's name in recipes, where its factory is, and how others call it: who writes that is told the name."""

    kind: ClassVar[str]
    name: str
    factory: str
    called: tuple[str, ...] = ()


class Scheduler(Descriptor):
    """Moves a number or a mixture along an arrow; see `Shape`."""

    kind = "scheduler"


class Mixer(Descriptor):
    """Chooses weights by a rule; see `Weighing`."""

    kind = "mixer"


class Extender(Descriptor):
    """Changes the window and the positions; see `Extension`."""

    kind = "extender"


class Merger(Descriptor):
    """Makes weights of weights; see `Merging`."""

    kind = "merger"


class Source(Descriptor):
    """Yields documents; see `Documents`."""

    kind = "source"


class Filter(Descriptor):
    """Drops documents of a source; see `Filtering`."""

    kind = "filter"


class Packer(Descriptor):
    """Lays documents into windows; see `mtdsl.data.packing.Packing`."""

    kind = "packer"


class Rewriter(Descriptor):
    """Gives a document in another order of its parts; see `mtdsl.registry.rewriting.Rewriting`."""

    kind = "rewriter"


class Optimizer(Descriptor):
    """Builds a torch optimizer; see `Optimizing`."""

    kind = "optimizer"


class Gate(Descriptor):
    """Decides from what was measured whether a chain goes on, or a phase stops; see `Deciding`."""

    kind = "gate"


class Evaluator(Descriptor):
    """Measures a model; see `Measuring`."""

    kind = "evaluator"


class Fitter(Descriptor):
    """Makes a mixture of the losses of small runs; see `mtdsl.registry.fitting.Fitting`."""

    kind = "fitter"


class Objective(Descriptor):
    """What a step minimises."""

    kind = "objective"


class Editor(Descriptor):
    """Changes a model's architecture at a phase's first step; see `Editing`."""

    kind = "editor"


class Lint(Descriptor):
    """Finds something in a plan that its author should know; see `Linting`."""

    kind = "lint"


KINDS: tuple[type[Descriptor], ...] = (
    Scheduler,
    Mixer,
    Extender,
    Merger,
    Source,
    Filter,
    Packer,
    Rewriter,
    Optimizer,
    Gate,
    Evaluator,
    Fitter,
    Objective,
    Editor,
    Lint,
)
