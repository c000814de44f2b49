"""What the factory of each kind of plugin must make; mergers are in `merging`, online mixers in `learning`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from mtdsl.frozen import Frozen, node

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch

    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins
    from mtdsl.registry.remarks import Remark


class Progress(NamedTuple):
    """Where along an arrow a scheduler is asked for its value. (A named tuple: 10,000 of them are made to draw one curve.)

    `fraction` of the way, 0 to 1; `tokens` since the arrow began and its whole `length` in tokens; the values at its two
    ends (for a mixture, 0 and 1). `warmup`: tokens of warm-up that took the arrow's first part, where it is a phase's first:
    `warmup + tokens` counts from where the arrow is written to begin. `ruled`: there is no arrow, the value `start` stands
    under the scheduler's rule, which moves it between that and 0.
    """

    fraction: float
    tokens: float
    length: float
    start: float
    end: float
    warmup: float = 0.0
    ruled: bool = False


class Shape(Protocol):
    """What a scheduler's factory makes: along an arrow it begins with 0 and ends with 1.

    One that is a rule (`rules: ClassVar[bool] = True`) may also stand without an arrow, and need not end anywhere then.
    """

    def __call__(self, at: Progress, /) -> float:
        """How far the value has moved from `at.start` (0) to `at.end` (1). Raises `ValueError` for what it cannot do."""


@runtime_checkable
class Stepping(Shape, Protocol):
    """A scheduler that moves in steps and stands in between: a batch of a million steps need not ask it for each."""

    def stands(self, at: Progress, /) -> float:
        """How many tokens the value stands from there on, more than 0; infinity behind the last step."""


@node
class SourceFacts(Frozen):
    """What a mixer may know of a source: its tokens after tokenizing, the share it had (None where it was only named), and
    its documents (None where nobody counted them). Tokens and documents are those of one epoch.
    """

    name: str
    tokens: int
    share: float | None = None
    documents: float | None = None


class Weighing(Protocol):
    """What a static mixer's factory makes."""

    def __call__(self, sources: Sequence[SourceFacts], /) -> Sequence[float]:
        """Weights in the order of `sources`: none negative; they are normalised afterwards."""


@runtime_checkable
class Counting(Weighing, Protocol):
    """A mixer that is asked only where the documents of all its sources are known."""

    counts_documents: ClassVar[bool]


class Extension(Protocol):
    """What an extender's factory makes: an edit of a model's rotary embedding. No torch: numbers in, numbers out."""

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `config.rope_parameters` after the window went from `old` to `new` tokens.

        `before` returned as it is leaves positions alone.
        """

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Closed form of `parameters`: `head_dim / 2` inverse frequencies (radians a token) and the attention scaling."""


@runtime_checkable
class Ropeless(Protocol):
    """An extender that also extends a model without rotary embeddings: `before` is empty there."""

    without_rope: ClassVar[bool]


@runtime_checkable
class Reaching(Protocol):
    """An extender that stretches a window by a stated factor, and so knows how far its positions reach."""

    def reach(self, parameters: Mapping[str, Any]) -> int:
        """The window, in tokens, up to which `parameters` (its own `rope_parameters`) put positions where training was."""


class Documents(Protocol):
    """What a source's factory makes. `base` is the folder of the recipe, against which relative paths are read.

    A source that lies on a hub has a parameter `revision` and a method `commit(base)`, the commit that this stands for:
    `mtdsl lock` keeps it, and a run reads that one.
    """

    def fingerprint(self, base: Path) -> str:
        """A hash of the content: other text, other fingerprint; another place, the same."""

    def texts(self, base: Path) -> Iterator[str]:
        """The documents in a fixed order. Raises `mtdsl.diag.Refusal` for what the user can mend."""


@runtime_checkable
class Keyed(Documents, Protocol):
    """A source whose documents have columns beside their text, by which they can be sorted; its fingerprint is of those too."""

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents as `texts` has them, each with its value of a column, None where it has none.

        Raises `mtdsl.diag.Refusal` where documents of this source, as it is called, cannot have columns at all.
        """


@runtime_checkable
class Tokenised(Documents, Protocol):
    """A source of tokens that were made already, with the tokenizer that the recipe names; its `texts` raises a `Refusal`."""

    def ids(self, base: Path) -> Iterator[npt.NDArray[np.integer[Any]]]:
        """The ids of each document in a fixed order, `[n]` of any integer type, none empty.

        They are trained on as they are: bos and eos are there if they are meant to be. That they are ids of the tokenizer is
        checked by who asks. Raises `mtdsl.diag.Refusal` for what the user can mend.
        """


class Filtering(Protocol):
    """What a filter's factory makes."""

    def keeps(self, text: str, tokens: Sequence[int], /) -> bool:
        """Whether a document is read, decided by nothing else: its `text`, and its `tokens` without those around a document."""


class Optimizing(Protocol):
    """What an optimizer's factory makes."""

    def build(self, parameters: Iterable[tuple[str, torch.nn.Parameter]], modules: torch.nn.Module) -> torch.optim.Optimizer:
        """An optimizer over the named parameters, every rate 0: the executor sets each group's `lr` before each step.

        A checkpoint holds its `state` by parameter, tensors and JSON values. What it counts in options of its groups is state
        too: an attribute `kept` names those options, whose values are JSON. One that has `train` and `eval` trains other
        weights than those of the model: after `eval` the parameters are the model's, and `train` goes back. It is made in
        training mode. One with `observe(loss, norm)` is told of each step, the gradient's norm being that before it is cut, and
        says with `skipped` that it will not take it. `mtdsl_optimizers` shows each.
        """


@runtime_checkable
class Steered(Optimizing, Protocol):
    """An optimizer some of whose parameters may move along the tokens (`Scheduled`)."""

    def move(self, groups: Sequence[dict[str, Any]]) -> None:
        """Sets on parameter groups that `build` made, or parts of them, the parameters that may move, as this one has them."""


@runtime_checkable
class Weighty(Optimizing, Protocol):
    """An optimizer part of whose state are weights, which a transition that changes moments leaves alone."""

    weights: frozenset[str]


@runtime_checkable
class Averaging(Optimizing, Protocol):
    """An optimizer whose model is an average of the weights it trains, in place of a decay: its rate is meant to stand."""

    averages: ClassVar[bool]


@runtime_checkable
class Borrowed(Protocol):
    """A technique of any kind that another package computes: a run without that package is refused before it begins."""

    package: ClassVar[str]


class Measuring(Protocol):
    """What an evaluator's factory makes: it says what it measures, so that a plan can be made without a model.

    `unit` is `share` (0 to 1, written in %) or `number`. See `Judging` for which of its values are better.
    """

    unit: ClassVar[Literal["share", "number"]]

    def parts(self) -> Sequence[str]:
        """What is measured beside the one number: a test asks for it as `EVAL.PART`."""

    def sources(self) -> Sequence[str]:
        """The recipe's sources whose held-out documents are read."""


class Judging(Measuring, Protocol):
    """An evaluator that says which of its values are better; of others a recipe says it where a merger chooses by them."""

    better: ClassVar[Literal["highest", "lowest"]]


@node
class Reading(Frozen):
    """A metric's value when a phase had trained `tokens`."""

    tokens: int
    value: float


class Deciding(Protocol):
    """What a gate's factory makes."""

    def metrics(self) -> Sequence[str]:
        """What it must be told of: `loss`, `grad_norm` or names of evaluations."""

    def __call__(self, readings: Mapping[str, Sequence[Reading]], /) -> bool:
        """Whether the condition holds, given each metric's readings of the phase so far, oldest first."""


@runtime_checkable
class Waiting(Deciding, Protocol):
    """A gate that knows for how long it cannot hold, so that a plan can say where it comes too late."""

    def earliest(self, first: Mapping[str, float], /) -> float:
        """Tokens of its phase before which it cannot hold, infinity for never.

        `first` has the tokens before which each metric is not measured, infinity for one that is measured at the end only.
        """


@runtime_checkable
class Minimising(Protocol):
    """What an objective's factory makes that a run can minimise: a loss for every token, of its own logits and label.

    One without `losses` stands in a plan, and a run refuses it.
    """

    def losses(self, logits: torch.Tensor, labels: torch.Tensor, /) -> torch.Tensor:
        """The loss of each token, float32 `[n]`, of logits float32 `[n, vocabulary]`; 0 where the label is -100.

        Labels are int64 `[n]` and already shifted: `labels[i]` is what `logits[i]` should have said. A step minimises the sum
        of the losses by its count of labels that are not -100; it is asked for some tokens at a time, any of them.
        """


class Editing(Protocol):
    """What an editor's factory makes."""

    def edit(self, model: torch.nn.Module) -> None:
        """Change the model in place: parts that are new begin so that it computes what it did, or their docstring says what."""


class Linting(Protocol):
    """What a lint's factory is, a function, since a lint has no parameters. Its docstring is what `mtdsl explain NAME` says."""

    def __call__(self, plan: Plan, written: Origins, /) -> Iterable[Remark]:
        """Remarks on a plan; `written` tells where each value was written, or that it was copied or left out.

        Curves are read with the techniques of `written.registry`, which need not be those that are installed.
        """
