"""Where the optimizer's state of a phase comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl_lints.chain import trained_last

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan


def kept(plan: Plan) -> Iterator[tuple[Phase, Phase]]:
    """Every phase that keeps moments, `rescale`d ones too, behind the phase that they were gathered in."""
    last = trained_last(plan)
    for phase in plan.phases:
        edge = phase.transition
        node = edge.optimizer_of or (phase.parents[0].node if phase.parents else "")
        if edge.optimizer in ("keep", "rescale") and phase.steps and node in last:
            yield last[node], phase
