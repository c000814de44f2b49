"""The batch on both sides of an edge, and the rate that goes on over it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from mtdsl import Place
from mtdsl.plan.steps import sequences, step_at
from mtdsl.view.numbers import rate
from mtdsl_lints.chain import left_at, once, pairs, said
from mtdsl_lints.rates import first_rate, last_rate

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins
    from mtdsl.registry import Registry

FAR = 8
"""Times: what the published chains change a batch by at one rate, three at most, and more than twice that again."""


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


def at_one_rate(plan: Plan, registry: Registry) -> Iterator[tuple[Edge, Fraction]]:
    """Edges behind which a step has other sequences and the rate goes on, with that rate; none where it is 0.

    A rate that begins again as it was has been looked at: it counts where the batch is far from what it was.
    """
    for edge in edges(plan):
        now = first_rate(edge.phase, registry) if edge.left != edge.begun else None
        if now and (edge.phase.transition.lr == "continue" or (far(edge) and now == _left(edge, registry))):
            yield edge, now


def places(written: Origins, edge: Edge) -> tuple[Place, ...]:
    """Where the two batches and the rate behind the edge are written."""
    return *said(written, edge.phase, "batch"), Place(edge.before.name, "batch"), Place(edge.phase.name, "lr")


def by_the_root(edge: Edge, now: Fraction) -> str:
    """The rate that suits the batch behind the edge as `now` suits the one before it: rates go with the root of the batch."""
    old, new = edge.tokens
    return rate(float(now) * sqrt(new / old))


def far(edge: Edge) -> bool:
    """Whether a step has so many times the tokens, or so few, that no curve of the rate makes up for it."""
    old, new = edge.tokens
    return max(old, new) >= FAR * min(old, new)


def _left(edge: Edge, registry: Registry) -> Fraction | None:
    return last_rate(edge.before, registry, left_at(edge.before, edge.phase))


def _edge(before: Phase, phase: Phase) -> Edge:
    last = max(0, step_at(before, left_at(before, phase)) - 1)
    return Edge(before, phase, sequences(before, last), sequences(phase, 0))
