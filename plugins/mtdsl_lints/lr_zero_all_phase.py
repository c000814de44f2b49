"""A phase whose learning rate is 0 from its first step to its last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count
from mtdsl_lints.chain import said
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def lr_zero_all_phase(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase trains at a learning rate of 0: it reads its whole budget and its weights do not move.

    It happens where a phase goes on from a decay that ended at 0 (`lr = -> 0` moves from 0 to 0 then).
    """
    for phase in plan.phases:
        if phase.lr is not None and not any(levels(phase)):
            yield Remark(
                f"the rate of `{phase.name}` is 0 throughout: {count(phase.tokens)} tokens train nothing",
                (*said(written, phase, "lr"), *(Place(at.node, "lr") for at in phase.parents)),
                help="write the rate it begins with, and `lr = restart` on the transition; or `steps = 0`",
            )
