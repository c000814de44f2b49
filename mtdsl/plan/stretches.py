"""Lengths inside a scheduler's call: `wsd_s(period = 10_000 steps)`."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.model import Curve
from mtdsl.plan.names import Scope
from mtdsl.plan.readings import Read


class Measures(Protocol):
    """An axis that knows how many tokens a number of steps is."""

    def stretch(self, length: Quantity, begin: Fraction) -> Fraction:
        """A length that begins at token `begin`, in tokens. Raises `Mistake`."""


@node
class Placed(Frozen):
    """The surroundings of a scheduler whose piece begins at token `begin` of an axis."""

    axis: Measures
    begin: Fraction

    def curve(self, name: str, value: tree.Value, scope: Scope, read: Read) -> Curve[Fraction]:
        """A scheduler moves other values; its own parameters stand still."""
        raise mistake("plugin-argument", f"`{name}` stands still: a scheduler's own parameters do", value.span)

    def stretch(self, length: Quantity) -> Fraction:
        """The length in tokens, counted from where the piece begins."""
        return self.axis.stretch(length, self.begin)

    def inside(self) -> Placed:
        """The same place."""
        return self
