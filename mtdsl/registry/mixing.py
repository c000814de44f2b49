"""What a mixer may ask for beside its sources, and what it may do in place of weighing them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from mtdsl.registry.factories import Weighing


@runtime_checkable
class Budgeted(Weighing, Protocol):
    """A mixer that needs to know how many tokens it chooses the sources of: one that counts epochs.

    `budget` is one of its parameters. Where a recipe leaves it out (None), a plan has that part of the phase's tokens which is
    the rule's.
    """

    budget: int | None


@runtime_checkable
class Turning(Protocol):
    """A mixer that weighs nothing: the steps of training take turns, and each draws wholly from one mixture of its call."""

    def turns(self, mixtures: int, /) -> Sequence[int]:
        """Which mixture, counted from 0, the first steps draw from; behind the last of these it begins again.

        Each of the `mixtures` comes at least once; how often it does is its share. The same whenever it is asked: this is done
        for every step. Raises `ValueError` where so many cannot take turns.
        """
