"""A metric that no longer falls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, ClassVar

import mtdsl


@dataclass(frozen=True)
class Plateau:
    """Holds where the mean of `metric` over the last `over` tokens is less than `least` below that over the `over` before.

    Means rather than best values, since the loss of single steps is noisy. It does not hold before twice `over` is trained.
    """

    metric: Annotated[str, mtdsl.Word]
    over: Annotated[int, mtdsl.Tokens, mtdsl.Positive]
    least: Annotated[float, mtdsl.NotNegative] = 0.0

    examples: ClassVar = ({"metric": "loss", "over": "100_000"},)

    def metrics(self) -> Sequence[str]:
        """The one metric."""
        return (self.metric,)

    def earliest(self, first: Mapping[str, float], /) -> float:
        """Twice `over`; never where there is one reading."""
        return max(2.0 * self.over, first[self.metric])

    def __call__(self, readings: Mapping[str, Sequence[mtdsl.Reading]]) -> bool:
        """Whether the metric stands still at its last reading."""
        known = readings[self.metric]
        end = known[-1].tokens if known else 0
        last = [reading.value for reading in known if end - self.over < reading.tokens]
        before = [reading.value for reading in known if end - 2 * self.over < reading.tokens <= end - self.over]
        return end >= 2 * self.over and bool(before) and fmean(before) - fmean(last) < self.least
