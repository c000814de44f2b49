"""A budget of so few steps that nothing can move in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count, plural
from mtdsl_lints.chain import extends, said

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

FEW = 10
"""Steps. Llama 3's last anneal, 40M tokens, is the shortest published phase: ten steps of 4Mi tokens."""
LONGER = 20
"""Steps, where the window grows: a tenth of the 200 of YaRN's second extension (arXiv:2309.00071), the shortest published."""


def too_few_steps(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A budget in tokens or epochs comes to fewer than ten optimizer steps, or to fewer than twenty in a longer window.

    The last step is whole, so the budget is missed by up to a tenth, and a rate that decays has its last value at a tenth of
    the first or above. Positions that were never seen take hundreds of steps to be learnt. Often a unit is wrong (`50M` for
    `50B`). A budget in steps says how many are meant.
    """
    for phase in plan.phases:
        if phase.asked.unit != "steps" and 0 < phase.steps < (LONGER if extends(phase) else FEW) and phase.batch is not None:
            step = phase.batch.runs[0].sequences * phase.batch.length
            window = " to learn its longer window" if phase.steps >= FEW else ""
            yield Remark(
                f"`{phase.name}` takes {plural(phase.steps, 'step')}{window}: {count(phase.tokens)} tokens at {count(step)} "
                "a step",
                (*said(written, phase, phase.asked.unit), Place(phase.name, "batch", f"{step:,} tokens a step")),
                help=f"raise the budget or lower the batch; if it is meant, write `steps = {phase.steps}`",
            )
