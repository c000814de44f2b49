"""A budget of so few steps that nothing can move in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count, plural
from mtdsl_lints.chain import extends, said

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

FEW = 10
"""Steps: the last one is whole, so with fewer a budget is missed by up to a tenth or more."""
LONGER = 20
"""Steps, where the window grows: a tenth of the 200 of YaRN's second extension (arXiv:2309.00071), which is a short one."""
BARELY = 100
"""Steps, behind a trunk that is far longer: half of those 200."""
UNIT = 1000
"""Times: what a budget is too small by where `M` was written for `B`, or `B` for `T`."""


def too_few_steps(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A budget in tokens or epochs comes to fewer than ten optimizer steps, or to few for what they are to do.

    The last step is whole, so the budget is missed by up to a tenth, and a rate that decays has its last value at a tenth of
    the first or above. Positions that were never seen take hundreds of steps to be learnt: in a longer window, fewer than
    twenty are few. And fewer than a hundred hardly move weights that saw a thousand times as many tokens before: often a unit
    is wrong (`50M` for `50B`). Llama 3 does end on 40M tokens (arXiv:2407.21783, section 3.4.3), three steps of 16M, at a rate
    that was nearly 0. A budget in steps says how many are meant.
    """
    for phase in plan.phases:
        why = _few(phase)
        if why is not None and phase.batch is not None:
            step = phase.batch.runs[0].sequences * phase.batch.length
            steps = plural(phase.steps, "step")
            yield Remark(
                f"`{phase.name}` takes {steps}{why}: {count(phase.tokens)} tokens at {count(step)} a step",
                (*said(written, phase, phase.asked.unit), Place(phase.name, "batch", f"{step:,} tokens a step")),
                help=f"raise the budget or lower the batch; if it is meant, write `steps = {phase.steps}`",
            )


def _few(phase: Phase) -> str | None:
    """What a phase's steps are too few for, as its message goes on; None where nothing is to be said."""
    if phase.asked.unit == "steps" or not phase.steps:
        return None
    if phase.steps < FEW:
        return ""
    if phase.steps < LONGER and extends(phase):
        return " to learn its longer window"
    return f" behind {count(phase.origin)} tokens" if phase.steps < BARELY and UNIT * phase.tokens <= phase.origin else None
