"""What must hold of a mixer whose steps take turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from mtdsl.testing.rules import broken
from mtdsl.testing.technique import TechniqueSuite


class TurnsSuite(TechniqueSuite):
    """Every mixture has its turn, the order is the same whenever it is asked for, and what fits no number of them is refused.

    It is asked for the turns of as many mixtures as `mixtures` names, which its examples must fit.
    """

    kind: ClassVar[str] = "mixer"
    mixtures: ClassVar[Sequence[str]] = ("base", "c")
    """Mixtures of the suite's recipe: the sources `a`, `b` and `c`, and `base`, which has all of them."""

    def before(self) -> Sequence[str]:
        """The mixtures that take turns."""
        return self.mixtures

    def test_every_mixture_has_its_turn(self) -> None:
        """The order has numbers from 0 up to below the number of mixtures, each of them at least once."""
        for subject in self.subjects():
            found, count = list(subject.made().turns(len(self.mixtures))), len(self.mixtures)
            if not all(type(one) is int for one in found) or {*found} != {*range(count)}:
                way_out = "leave no mixture out, and count from 0"
                broken(subject.title, f"gives the turns {found[:9]} of {count} mixtures", "each has its turn", way_out)

    def test_it_is_pure(self) -> None:
        """The same order again, and of one that is made anew."""
        for subject in self.subjects():
            made, count = subject.made(), len(self.mixtures)
            first = list(made.turns(count))
            if first != list(made.turns(count)) or first != list(subject.made().turns(count)):
                way_out = "compute the order from the parameters alone; derive what is left to chance from a seed among them"
                broken(subject.title, "gives another order when asked again", "turns are pure", way_out)
