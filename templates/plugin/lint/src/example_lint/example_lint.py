"""A phase without a word of explanation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def example_lint(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase has no text that says what it is for.

    Whoever reviews the plan before the GPUs are spent sees numbers and not the reason for them. Write a line that begins with
    `##` above the phase: plans and reports show it. Of a family one text is enough.
    """
    for family in dict.fromkeys(phase.family or phase.name for phase in plan.phases):
        members = [phase for phase in plan.phases if (phase.family or phase.name) == family]
        if not any(phase.doc for phase in members):
            way_out = "write `## what it is for` above it"
            yield Remark(f"nothing says what `{family}` is for", (Place(members[0].name),), help=way_out, severity="note")
