"""Two shares that changed places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import share
from mtdsl_lints.mixes import Shares, changes

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

NEAR = 20
"""A share is near another one that it misses by no more than this part of it: 19 % to 21 % are near 20 %."""


def weights_swapped(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """Two sources have each other's share of the phase before, or nearly, and all others have their own, or nearly.

    That is what a mixture looks like in which two lines were exchanged: nobody wants exactly the other's number. A share is
    near another that it misses by a twentieth of it at most, since a last touch to a number does not undo the exchange. Of
    two sources alone it may be meant, so at least a third must stand beside them.
    """
    for before, old, phase, new in changes(plan):
        if len(old) < 3 or old.keys() != new.keys():
            continue
        exactly = _exchanged(old, new, 0)
        if pair := exactly or _exchanged(old, new, 1):
            one, other = pair
            had = f"`{before.name}` has {share(old[one])} `{one}`, {share(old[other])} `{other}`"
            have = "have changed places" if exactly else "have almost changed places"
            yield Remark(
                f"`{one}` and `{other}` {have} where `{phase.name}` begins: {share(new[one])} and {share(new[other])}",
                (Place(phase.name, f"mix.{one}"), Place(phase.name, f"mix.{other}"), Place(before.name, f"mix.{one}", had)),
                help="give them their shares back, or allow it: `# mtr: allow(weights-swapped)`",
            )


def _exchanged(old: Shares, new: Shares, slack: int) -> tuple[str, str] | None:
    """The only two sources without their own share, where each has the other's; `slack` twentieths may be missed."""

    def near(taken: float, asked: float) -> bool:
        return abs(taken - asked) * NEAR <= slack * asked + 1e-9

    moved = [name for name in old if not near(new[name], old[name])]
    if len(moved) != 2:
        return None
    one, other = moved
    return (one, other) if near(new[one], old[other]) and near(new[other], old[one]) else None
