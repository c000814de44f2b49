"""A straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from mtdsl import Positive, Progress


@dataclass(frozen=True)
class Linear:
    """Moves in proportion to the tokens passed: value = a + (b - a) p.

    With `multiple` the value goes in whole multiples of it, each reached when the line is there; only `a` and `b` themselves
    may be others. A batch counts in sequences: `3072 x 4k -> 15360 x 4k by linear(multiple = 96)`.
    """

    multiple: Annotated[float | None, Positive] = None

    def __call__(self, at: Progress) -> float:
        """The fraction itself, or that of the last multiple passed."""
        way = at.end - at.start
        if self.multiple is None or way == 0 or at.fraction >= 1:
            return at.fraction
        units = (at.start + way * at.fraction) / self.multiple
        nearest = round(units)
        if abs(units - nearest) > 1e-9 * max(1.0, abs(units)):
            nearest = int(units // 1) if way > 0 else -int(-units // 1)
        passed = nearest * self.multiple
        return (passed - at.start) / way if (passed - at.start) * way > 0 else 0.0
