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
EDGE = ("optimizer", "lr", "data")
"""What a transition says of a state that only training has."""


def said_of_no_steps(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase of 0 steps says how it trains, or a transition into it what it takes over.

    It edits the model and trains nothing, so a rate, a batch or a mixture there does nothing: either the budget is wrong, or
    the line was meant for another phase. An optimizer that is reset on the way into it goes on behind it all the same. What
    `like` copied is not spoken of, nor a transition that another edge shares.
    """
    idle = [phase for phase in plan.phases if not phase.steps]
    felt = {written.of(phase.name, f"transition.{key}").span for phase in plan.phases if idle and phase.steps for key in EDGE}
    for phase in idle:
        names = [name for name in PHASE if name not in FELT and written.of(phase.name, name).via == "written"]
        if names:
            message = f"`{phase.name}` has 0 steps, so its {_do(names)} nothing"
            places = tuple(Place(phase.name, name) for name in names)
            yield Remark(message, places, help="leave it out, or give the phase a budget")
        keys = [key for key in phase.transition.written if key in EDGE]
        alone = [key for key in keys if written.of(phase.name, f"transition.{key}").span not in felt]
        if alone:
            message = f"`{phase.name}` has 0 steps and takes nothing over, so {_do(alone)} nothing on the way into it"
            places = tuple(Place(phase.name, f"transition.{key}") for key in alone)
            yield Remark(message, places, help="say it of the edge into the phase that trains next, or leave it out")


def _do(names: list[str]) -> str:
    """`lr` and `mix` do."""
    return f"{', '.join(f'`{name}`' for name in names)} {'does' if len(names) == 1 else 'do'}"
