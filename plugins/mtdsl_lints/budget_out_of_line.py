"""A budget far from those around it, and the same as another phase's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count
from mtdsl_lints.chain import pairs, said

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

FAR = 10
"""Times the largest budget beside it. Olmo 3's leftover was fifty times too large; budgets fall by less from phase to phase."""


def budget_out_of_line(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase trains ten times as long as the phases before and behind it, and exactly as long as another phase.

    A budget is easily left over where a phase was copied: Olmo 3's long-context script kept the 5T of its pre-training in a
    phase of 50B. Such a phase costs a hundred times what was meant, and its decay never lands.
    """
    beside: dict[str, list[Phase]] = {}
    for before, phase in pairs(plan):
        beside.setdefault(before.name, []).append(phase)
        beside.setdefault(phase.name, []).append(before)
    same: dict[object, list[Phase]] = {}
    for phase in plan.phases:
        same.setdefault((phase.asked.unit, phase.asked.amount), []).append(phase)
    for before, phase in pairs(plan):
        twin = _twin(phase, same[phase.asked.unit, phase.asked.amount], beside[phase.name])
        if twin is not None:
            yield _remark(phase, twin, before, written)


def _twin(phase: Phase, same: list[Phase], beside: list[Phase]) -> Phase | None:
    """The first phase of another family with the same budget, where every neighbour's is far smaller."""
    if any(phase.tokens < FAR * other.tokens for other in beside):
        return None
    return next((other for other in same if other.family != phase.family), None)


def _remark(phase: Phase, twin: Phase, before: Phase, written: Origins) -> Remark:
    origin = written.of(phase.name, phase.asked.unit)
    how = f"copied from `{origin.of}`" if origin.via == "copied" else f"as `{twin.name}` does"
    return Remark(
        f"`{phase.name}` trains {count(phase.tokens)} tokens, {how}; `{before.name}` before it has {count(before.tokens)}",
        (
            *said(written, phase, phase.asked.unit, f"{phase.tokens / before.tokens:.3g} times the budget of `{before.name}`"),
            Place(before.name, before.asked.unit),
        ),
        help="write the budget of this phase, or allow this line if it is meant: `# mtr: allow(budget-out-of-line)`",
    )
