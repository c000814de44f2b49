"""A larger batch at the rate of the smaller one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl.view.numbers import count, rate
from mtdsl_lints.batches import at_one_rate, by_the_root, far, places
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

GREW = 2
"""Times. Marin's third batch is 4/3 of its second at the same rate; its second, three times its first, came with a new rate."""


def batch_grew_lr_did_not(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase begins with at least twice the tokens a step of the phase before, and begins with its rate.

    Twice the batch at one rate takes half the steps over the same tokens: Adam moves the weights by about the rate a step, so
    the phase travels half as far, as if the rate had been lowered. Rates are scaled with the root of the batch (Marin: three
    times the batch, 1.7 times the rate). A batch that grows inside a phase says so and is not spoken of here; a rate that
    climbs in the phase makes up for a batch that grew less than eight times.
    """
    for edge, now in at_one_rate(plan, written.registry):
        old, new = edge.tokens
        if new >= GREW * old and (far(edge) or not _rises(edge.phase)):
            yield Remark(
                f"a step of `{edge.phase.name}` has {new / old:.3g} times the tokens of one of `{edge.before.name}` "
                f"({count(old)}, then {count(new)}), and the rate is {rate(now)} as before",
                places(written, edge),
                help=f"by the root of the batch the rate would be {by_the_root(edge, now)}, with `lr = rewarm`",
            )


def _rises(phase: Phase) -> bool:
    """Whether the rate climbs inside the phase, as one that makes up for a larger batch does."""
    first, *later = [*levels(phase)]
    return any(level > first for level in later)
