"""What is said of training in a phase that does not train."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.attributes import BUDGETS, PHASE

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

FELT = frozenset({*BUDGETS, "context", "edit", "seed"})
"""What a phase of no steps may do: change the window and the model. A seed has a lint of its own."""


def said_of_no_steps(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase of 0 steps says how it trains.

    It edits the model and trains nothing, so a rate, a batch or a mixture there does nothing: either the budget is wrong, or
    the line was meant for another phase. What `like` copied is not spoken of.
    """
    for phase in (phase for phase in plan.phases if not phase.steps):
        idle = [name for name in PHASE if name not in FELT and written.of(phase.name, name).via == "written"]
        if not idle:
            continue
        names = ", ".join(f"`{name}`" for name in idle)
        verb = "does" if len(idle) == 1 else "do"
        yield Remark(
            f"`{phase.name}` has 0 steps, so its {names} {verb} nothing",
            tuple(Place(phase.name, name) for name in idle),
            help="leave it out, or give the phase a budget",
        )
