"""The hooks that a plugin package implements: one a kind, each yields descriptors."""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from mtdsl.registry import kinds

PROJECT = "mtdsl"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def mtdsl_schedulers() -> Iterable[kinds.Scheduler]:
    """Shapes of arrows."""
    return ()


@hookspec
def mtdsl_mixers() -> Iterable[kinds.Mixer]:
    """Rules that choose weights."""
    return ()


@hookspec
def mtdsl_extenders() -> Iterable[kinds.Extender]:
    """Changes of window and positions."""
    return ()


@hookspec
def mtdsl_mergers() -> Iterable[kinds.Merger]:
    """Weights out of weights."""
    return ()


@hookspec
def mtdsl_sources() -> Iterable[kinds.Source]:
    """Where documents come from."""
    return ()


@hookspec
def mtdsl_filters() -> Iterable[kinds.Filter]:
    """Which documents are dropped."""
    return ()


@hookspec
def mtdsl_packers() -> Iterable[kinds.Packer]:
    """How documents are laid into windows."""
    return ()


@hookspec
def mtdsl_rewriters() -> Iterable[kinds.Rewriter]:
    """Documents in another order of their parts."""
    return ()


@hookspec
def mtdsl_optimizers() -> Iterable[kinds.Optimizer]:
    """Optimizers."""
    return ()


@hookspec
def mtdsl_gates() -> Iterable[kinds.Gate]:
    """Conditions on an edge of the flow."""
    return ()


@hookspec
def mtdsl_evaluators() -> Iterable[kinds.Evaluator]:
    """Measurements of a model."""
    return ()


@hookspec
def mtdsl_fitters() -> Iterable[kinds.Fitter]:
    """Mixtures out of the losses of small runs."""
    return ()


@hookspec
def mtdsl_objectives() -> Iterable[kinds.Objective]:
    """What a step minimises."""
    return ()


@hookspec
def mtdsl_editors() -> Iterable[kinds.Editor]:
    """Changes of a model's architecture."""
    return ()


@hookspec
def mtdsl_lints() -> Iterable[kinds.Lint]:
    """Remarks on a plan."""
    return ()


def hook_of(kind: str) -> str:
    """The hook's name for a kind: `scheduler` gives `mtdsl_schedulers`."""
    return f"mtdsl_{kind}s"
