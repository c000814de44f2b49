"""Two shares that changed places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import share
from mtdsl_lints.mixes import changes

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def weights_swapped(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """Two sources have each other's share of the phase before, and all others have their own.

    That is what a mixture looks like in which two lines were exchanged: nobody wants exactly the other's number. Of two
    sources alone it may be meant, so at least a third must stand beside them.
    """
    for before, old, phase, new in changes(plan):
        if len(old) < 3 or old.keys() != new.keys():
            continue
        moved = [name for name in old if old[name] != new[name]]
        if len(moved) == 2 and old[moved[0]] == new[moved[1]] and old[moved[1]] == new[moved[0]]:
            one, other = moved
            had = f"`{before.name}` has {share(old[one])} `{one}`, {share(old[other])} `{other}`"
            now = f"{share(new[one])} and {share(new[other])}"
            yield Remark(
                f"`{one}` and `{other}` have changed places where `{phase.name}` begins: {now}",
                (Place(phase.name, f"mix.{one}"), Place(phase.name, f"mix.{other}"), Place(before.name, f"mix.{one}", had)),
                help="give them their shares back, or allow it: `# mtr: allow(weights-swapped)`",
            )
