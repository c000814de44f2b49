"""What a mixer may ask for beside its sources."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mtdsl.registry.factories import Weighing


@runtime_checkable
class Budgeted(Weighing, Protocol):
    """A mixer that needs to know how many tokens it chooses the sources of: one that counts epochs.

    `budget` is one of its parameters. Where a recipe leaves it out (None), a plan has that part of the phase's tokens which is
    the rule's.
    """

    budget: int | None
