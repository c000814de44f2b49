"""Plugins: the kinds there are, who provides them, and how their parameters are bound."""

from mtdsl.registry.arguments import Argument
from mtdsl.registry.constraints import (
    Bound,
    Length,
    NotNegative,
    Positive,
    Scheduled,
    Share,
    Steps,
    Stretch,
    Technique,
    Tokens,
    Word,
)
from mtdsl.registry.hooks import hookimpl
from mtdsl.registry.kinds import (
    Editor,
    Evaluator,
    Extender,
    Gate,
    Lint,
    Merger,
    Mixer,
    Objective,
    Optimizer,
    Packer,
    Progress,
    Scheduler,
    Source,
    SourceFacts,
)
from mtdsl.registry.loading import Entry, Registry, installed
from mtdsl.registry.parameters import bind
from mtdsl.registry.remarks import Edit, Place, Remark

__all__ = [
    "Argument",
    "Bound",
    "Edit",
    "Editor",
    "Entry",
    "Evaluator",
    "Extender",
    "Gate",
    "Length",
    "Lint",
    "Merger",
    "Mixer",
    "NotNegative",
    "Objective",
    "Optimizer",
    "Packer",
    "Place",
    "Positive",
    "Progress",
    "Registry",
    "Remark",
    "Scheduled",
    "Scheduler",
    "Share",
    "Source",
    "SourceFacts",
    "Steps",
    "Stretch",
    "Technique",
    "Tokens",
    "Word",
    "bind",
    "hookimpl",
    "installed",
]
