"""Declarative mid-training of language models.

What a plugin package needs is here: the `hookimpl` marker, one descriptor a kind, and the constraints of parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.registry import (
        Alignment,
        Architecture,
        Asking,
        Bound,
        Budgeted,
        Chance,
        Coder,
        Counting,
        Edit,
        Editor,
        Evaluator,
        Excess,
        Extender,
        Feedback,
        Filter,
        Fitter,
        Gate,
        Law,
        Learning,
        Length,
        Lint,
        Merger,
        Mixer,
        Need,
        NotNegative,
        Objective,
        Optimizer,
        Packer,
        Place,
        Positive,
        Progress,
        Proxies,
        Reading,
        Remark,
        Rewriter,
        Scheduled,
        Scheduler,
        Search,
        Shape,
        Share,
        Source,
        SourceFacts,
        State,
        Stepping,
        Steps,
        Stretch,
        Technique,
        Tokens,
        Turning,
        Word,
        hookimpl,
    )

__all__ = [
    "Alignment",
    "Architecture",
    "Asking",
    "Bound",
    "Budgeted",
    "Chance",
    "Coder",
    "Counting",
    "Edit",
    "Editor",
    "Evaluator",
    "Excess",
    "Extender",
    "Feedback",
    "Filter",
    "Fitter",
    "Gate",
    "Law",
    "Learning",
    "Length",
    "Lint",
    "Merger",
    "Mixer",
    "Need",
    "NotNegative",
    "Objective",
    "Optimizer",
    "Packer",
    "Place",
    "Positive",
    "Progress",
    "Proxies",
    "Reading",
    "Remark",
    "Rewriter",
    "Scheduled",
    "Scheduler",
    "Search",
    "Shape",
    "Share",
    "Source",
    "SourceFacts",
    "State",
    "Stepping",
    "Steps",
    "Stretch",
    "Technique",
    "Tokens",
    "Turning",
    "Word",
    "hookimpl",
]


def __getattr__(name: str) -> object:
    """Loads the names above when the first is asked for: a command has to be up to catch Ctrl-C before anything is imported."""
    if name not in __all__:
        raise AttributeError(f"module `mtdsl` has no attribute `{name}`")
    from mtdsl import registry

    globals()[name] = value = getattr(registry, name)
    return value
