"""Plugins: the kinds there are, who provides them, and how their parameters are bound."""

from mtdsl.registry.constraints import Bound, Length, NotNegative, Positive, Share, Steps, Tokens
from mtdsl.registry.hooks import hookimpl
from mtdsl.registry.kinds import (
    Evaluator,
    Extender,
    Gate,
    Lint,
    Merger,
    Mixer,
    Optimizer,
    Packer,
    Progress,
    Scheduler,
    Source,
    SourceFacts,
)
from mtdsl.registry.loading import Entry, Registry, installed
from mtdsl.registry.parameters import Argument, bind

__all__ = [
    "Argument",
    "Bound",
    "Entry",
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
    "Registry",
    "Scheduler",
    "Share",
    "Source",
    "SourceFacts",
    "Steps",
    "Tokens",
    "bind",
    "hookimpl",
    "installed",
]
