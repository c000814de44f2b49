"""What the lowering of every phase works with."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl.frozen import Frozen, node
from mtdsl.plan.attributes import Lookup
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budgets
from mtdsl.plan.conditions import Conditions
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.flow import Graph
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.transitions import Edges
from mtdsl.registry import Registry


@node
class Tools(Frozen):
    """The parts of one recipe, each worked out on demand; `ending` tells where the parent of a phase ended."""

    graph: Graph
    lookup: Lookup
    evaluator: Evaluator
    techniques: Techniques
    blends: Blends
    budgets: Budgets
    schedules: Schedules
    edges: Edges
    ending: Callable[[str], Ending]
    conditions: Conditions
    registry: Registry
