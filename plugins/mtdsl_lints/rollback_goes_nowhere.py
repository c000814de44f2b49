"""A gate that goes back to where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def rollback_goes_nowhere(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A gate that fails goes back to the very point that it stands at, so that nothing is trained again.

    What was measured there is measured anew, of the same weights, and fails once more. Go back to a point before that, from
    which training goes on with other documents, or let the phase before the gate train on: `on_fail = extend(20B)`.
    """
    for phase in plan.phases:
        gate = phase.transition.gate
        if gate and gate.rollback and gate.rollback in phase.parents:
            here = gate.rollback.node
            yield Remark(
                f"the gate into `{phase.name}` stands where `{here}` ends, and goes back to there",
                (Place(phase.name, "transition.on_fail"),),
                help=f"write `rollback({here}.at(80%))`, or `extend(...)` to train `{here}` on",
            )
