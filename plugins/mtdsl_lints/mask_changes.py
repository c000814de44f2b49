"""Document masking that one phase switches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Edit, Place, Remark
from mtdsl_lints.chain import pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def mask_changes(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase masks documents from each other and the phase before it does not, or the other way round.

    Attention across documents changes what every position sees, so the loss jumps and long-range patterns learnt before are
    trained away. It is seldom meant: Apertus' long-context scripts have the flags commented out in the last phase only.
    """
    for before, phase in pairs(plan):
        if phase.mask != before.mask:
            yield Remark(
                f"document masking goes from `{before.mask}` to `{phase.mask}` where `{phase.name}` begins",
                (Place(phase.name, "mask"), Place(before.name, "mask", f"`{before.name}` has `{before.mask}`")),
                help="say `mask` once at the top level, or allow this line: `# mtr: allow(mask-changes)`",
                edit=_back(phase, before.mask) if written.of(phase.name, "mask").via == "written" else None,
            )


def _back(phase: Phase, mask: str) -> Edit:
    return Edit(f"mask as before `{phase.name}`", Place(phase.name, "mask"), mask)
