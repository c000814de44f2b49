"""Document masking that one phase switches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


@dataclass(frozen=True)
class MaskChanges:
    """A phase masks documents from each other and its parent does not, or the other way round.

    Attention across documents changes what every position sees, so the loss jumps and long-range patterns learnt before are
    trained away. It is seldom meant: Apertus' long-context scripts have the flags commented out in the last phase only.
    """

    def __call__(self, plan: Plan, written: Origins, /) -> Iterator[Remark]:
        """One remark where a phase differs from its parent."""
        phases = {phase.name: phase for phase in plan.phases}
        for phase in plan.phases:
            for parent in (phases[at.node] for at in phase.parents if at.node in phases):
                if phase.mask != parent.mask:
                    yield Remark(
                        f"document masking goes from `{parent.mask}` to `{phase.mask}` where `{phase.name}` begins",
                        (Place(phase.name, "mask"), Place(parent.name, "mask", f"`{parent.name}` has `{parent.mask}`")),
                        help="say `mask` once at the top level, or allow this line: `# mtr: allow(mask-changes)`",
                    )
