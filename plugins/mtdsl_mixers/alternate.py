"""Mixtures that take turns, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Annotated

from mtdsl import Bound

MOST = 10_000
"""Steps after which the turns begin again, at most: shares of two decimals of a percent."""


@dataclass(frozen=True)
class Alternate:
    """Each step draws wholly from one mixture, mixture i in `shares`[i] of all steps (equal ones where they are left out).

    So Nemotron 3 Ultra trains long context (technical report, arXiv:2606.15007, section 2.7): 92 % of its iterations have
    sequences of 1M tokens, 8 % of 4K, and none has both. The order is ours, Tijdeman's earliest deadline (The chairman
    assignment problem, Discrete Mathematics 32, 1980): after n steps each of k mixtures had n `shares`[i] turns, give or take
    at most 1 - 1/(2k - 2).
    """

    shares: Annotated[tuple[Fraction, ...], Bound(low=0, high=1, open_low=True)] = ()

    def turns(self, mixtures: int) -> Sequence[int]:
        """The turns up to where they begin again. Raises `ValueError` for shares that do not fit."""
        shares = self.shares or (Fraction(1, mixtures),) * mixtures
        if len(shares) != mixtures:
            raise ValueError(f"{mixtures} mixtures take turns, and `shares` has {len(shares)} numbers")
        if sum(shares) != 1:
            raise ValueError(f"`shares` sum to {float(100 * sum(shares)):.9g} %, not 100 %")
        if lcm(*(share.denominator for share in shares)) > MOST:
            raise ValueError(f"with these `shares` the turns begin again after more than {MOST:,} steps; write rounder ones")
        return _turns(shares)


@cache
def _turns(shares: tuple[Fraction, ...]) -> tuple[int, ...]:
    """The earliest deadline first, among those that are owed 1/`parts` of a turn, in whole numbers."""
    period, parts = lcm(*(share.denominator for share in shares)), max(1, 2 * len(shares) - 2)
    sizes, had = [int(share * period) for share in shares], [0] * len(shares)
    found: list[int] = []
    for step in range(1, period + 1):
        owed = [parts * (step * size - count * period) >= period for size, count in zip(sizes, had, strict=True)]
        last = [(parts * (count + 1) - 1) * period // (parts * size) for size, count in zip(sizes, had, strict=True)]
        found.append(min((last[at], at) for at in range(len(shares)) if owed[at])[1])
        had[found[-1]] += 1
    return tuple(found)
