"""Packing that falls back to the default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.chain import pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def packing_changes(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase packs documents otherwise than the phase before it, and nobody wrote that.

    How documents are cut decides how long a text the model ever sees in one piece. A phase that says nothing gets the
    default, so what was written for the phase before ends there without a word.
    """
    for before, phase in pairs(plan):
        if phase.packing != before.packing and written.of(phase.name, "packing").via == "default":
            old, new = before.packing.name, phase.packing.name
            yield Remark(
                f"packing goes from `{old}` to `{new}` where `{phase.name}` begins, and `{phase.name}` does not say so",
                (Place(phase.name), Place(before.name, "packing", f"`{before.name}` packs by `{old}`")),
                help=f"write `packing = {old}`, or `packing = {new}` if it is meant",
            )
