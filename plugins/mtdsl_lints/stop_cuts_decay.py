"""An early stop in the middle of a decay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import moves, rate
from mtdsl_lints.chain import said
from mtdsl_lints.rates import falls, levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def stop_cuts_decay(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase with a `stop` lets its learning rate come down over the budget, which is then only a cap.

    Wherever the stop comes, it cuts the decay at a rate that nobody chose, and the next phase begins from there. Llama 3
    leaves its decay to a phase of its own, behind those that stop on a test (arXiv:2407.21783, section 3.4).
    """
    for phase in plan.phases:
        if phase.stop is not None and falls(phase):
            ends = [*levels(phase)]
            yield Remark(
                f"`{phase.name}` may stop early, in the middle of its decay ({moves(rate(max(ends)), rate(ends[-1]), '->')})",
                (*said(written, phase, "lr"), Place(phase.name, "stop", "it may end here")),
                help="hold the rate here, and let a phase behind it decay: `lr = -> 0 by linear`",
            )
