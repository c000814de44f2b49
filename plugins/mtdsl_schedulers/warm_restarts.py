"""A cosine, again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

from mtdsl import Bound, Positive, Progress, Stretch


@dataclass(frozen=True)
class WarmRestarts:
    """SGDR (arXiv:1608.03983): a cosine falls over each period, and the value is back where the next one begins.

    It is a rule: `lr = 3e-4 by warm_restarts(period = 100 steps)` falls to 0 again and again, an arrow to its end. Each period
    is `growth` times the one before it: torch's `CosineAnnealingWarmRestarts`, T_0 and T_mult. Instead of `period`, `cycles`
    divides the whole into so many equal ones: transformers' `get_cosine_with_hard_restarts_schedule_with_warmup`. Periods
    count from the end of the warm-up. The last one on an arrow is as much longer as is left.
    """

    rules: ClassVar[bool] = True

    period: Annotated[float | None, Positive, Stretch] = None
    growth: Annotated[float, Bound(low=1)] = 1.0
    cycles: Annotated[int | None, Bound(low=1)] = None

    examples: ClassVar = ({"period": "60 steps", "growth": 2},)

    def __post_init__(self) -> None:
        """Raises `ValueError` unless one of `period` and `cycles` is given."""
        if (self.period is None) == (self.cycles is None):
            raise ValueError("give it either `period`, the length of the first cosine, or `cycles`, how many there are")

    def __call__(self, at: Progress) -> float:
        """(1 - cos(pi p)) / 2, p the part of the period that has passed."""
        return (1.0 - math.cos(math.pi * self._passed(at))) / 2.0

    def _passed(self, at: Progress) -> float:
        tokens, period, growth = at.tokens, self.period, self.growth
        if period is None:
            return 1.0 if at.fraction == 1 else at.fraction * (self.cycles or 1) % 1.0
        if not at.ruled and tokens >= (last := begin_of_last(at.length, period, growth)):
            return (tokens - last) / (at.length - last)
        number = whole_periods(tokens, period, growth)
        return max(0.0, tokens - begin_of(number, period, growth)) / (period * growth**number)


def whole_periods(tokens: float, first: float, growth: float) -> int:
    """How many have passed; a little is added, lest rounding puts the first step of one into that before it."""
    if growth == 1.0:
        return int(tokens / first + 1e-12)
    return int(math.log(1.0 + tokens / first * (growth - 1.0), growth) + 1e-12)


def begin_of(number: int, first: float, growth: float) -> float:
    """Where a period begins, in tokens."""
    return number * first if growth == 1.0 else first * (growth**number - 1.0) / (growth - 1.0)


@lru_cache(maxsize=16)
def begin_of_last(length: float, first: float, growth: float) -> float:
    """Where the last period of an arrow begins. Kept, since each position of one arrow asks for it."""
    return begin_of(max(0, whole_periods(length, first, growth) - 1), first, growth)
