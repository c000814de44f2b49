"""The batch on both sides of an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mtdsl.plan.steps import sequences, step_at
from mtdsl_lints.chain import left_at, once, pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan


class Edge(NamedTuple):
    """Sequences a step where a phase is left and where the next begins, and how many tokens of theirs make a step."""

    before: Phase
    phase: Phase
    left: int
    begun: int

    @property
    def tokens(self) -> tuple[int, int]:
        """Tokens of the last step before the edge, and of the first behind it."""
        return self.left * self.before.context.end, self.begun * self.phase.context.end


@once
def edges(plan: Plan) -> tuple[Edge, ...]:
    """Every phase that trains, behind the one that trained last before it."""
    return tuple(_edge(before, phase) for before, phase in pairs(plan))


def _edge(before: Phase, phase: Phase) -> Edge:
    last = max(0, step_at(before, left_at(before, phase)) - 1)
    return Edge(before, phase, sequences(before, last), sequences(phase, 0))
