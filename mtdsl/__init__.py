"""Declarative mid-training of language models.

What a plugin package needs is here: the `hookimpl` marker, one descriptor a kind, and the constraints of parameters.
"""

from mtdsl.registry import (
    Bound,
    Evaluator,
    Extender,
    Gate,
    Length,
    Lint,
    Merger,
    Mixer,
    NotNegative,
    Optimizer,
    Packer,
    Positive,
    Progress,
    Scheduler,
    Share,
    Source,
    SourceFacts,
    Steps,
    Tokens,
    hookimpl,
)

__all__ = [
    "Bound",
    "Evaluator",
    "Extender",
    "Gate",
    "Length",
    "Lint",
    "Merger",
    "Mixer",
    "NotNegative",
    "Optimizer",
    "Packer",
    "Positive",
    "Progress",
    "Scheduler",
    "Share",
    "Source",
    "SourceFacts",
    "Steps",
    "Tokens",
    "hookimpl",
]
