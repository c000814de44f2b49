"""A logistic curve."""

from __future__ import annotations

from dataclasses import dataclass
from math import tanh
from typing import Annotated

from mtdsl import Positive, Progress


@dataclass(frozen=True)
class ExampleScheduler:
    """Slow at both ends, fastest in the middle: value = a + (b - a) s(p), s the logistic curve, scaled so that it lands.

    With p the part of the arrow that has passed, 1 / (1 + exp(-k (p - 1/2))) is (1 + tanh(k (p - 1/2) / 2)) / 2; scaled to
    begin with 0 and end with 1 it is s(p) = (1 + tanh(k (p - 1/2) / 2) / tanh(k / 4)) / 2. `steepness` is k, without a unit:
    the logistic curve's own rate over the whole arrow. A small one is nearly a straight line.

    Source: the logistic function of textbooks (Verhulst 1838); no paper is followed.
    """

    steepness: Annotated[float, Positive] = 10.0

    def __call__(self, at: Progress) -> float:
        """s(p)."""
        return 0.5 + 0.5 * tanh(self.steepness * (at.fraction - 0.5) / 2) / tanh(self.steepness / 4)
