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
from mtdsl.registry.entries import Entry, Registry
from mtdsl.registry.extending import Architecture
from mtdsl.registry.factories import Counting, Progress, Reading, Shape, SourceFacts, Stepping
from mtdsl.registry.fitting import Fitting, Law, Proxies, Search
from mtdsl.registry.hooks import hookimpl
from mtdsl.registry.kinds import (
    Editor,
    Evaluator,
    Extender,
    Filter,
    Fitter,
    Gate,
    Lint,
    Merger,
    Mixer,
    Objective,
    Optimizer,
    Packer,
    Rewriter,
    Scheduler,
    Source,
)
from mtdsl.registry.learning import NEEDS, Alignment, Asking, Excess, Feedback, Learning, Need, State
from mtdsl.registry.loading import installed
from mtdsl.registry.mixing import Budgeted, Turning
from mtdsl.registry.parameters import bind
from mtdsl.registry.remarks import Edit, Place, Remark
from mtdsl.registry.rewriting import Chance, Coder

__all__ = [
    "NEEDS",
    "Alignment",
    "Architecture",
    "Argument",
    "Asking",
    "Bound",
    "Budgeted",
    "Chance",
    "Coder",
    "Counting",
    "Edit",
    "Editor",
    "Entry",
    "Evaluator",
    "Excess",
    "Extender",
    "Feedback",
    "Filter",
    "Fitter",
    "Fitting",
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
    "Registry",
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
    "bind",
    "hookimpl",
    "installed",
]
