"""The mixture between those of the best small runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist, exp
from typing import Annotated

from mtdsl import Positive, Proxies, Search


@dataclass(frozen=True)
class ExampleFitter:
    """Predicts the mean of the runs, each weighed by exp(-(d / `width`)^2 / 2), d being how far away its shares are.

    Proposed is the mean of the `top` mixtures by that, among those of the runs and the prior. `width` is in shares.

    Source: kernel regression (Nadaraya 1964, Watson 1964); no paper on mixtures is followed.
    """

    width: Annotated[float, Positive] = 0.1
    top: Annotated[int, Positive] = 1

    def least(self, sources: int) -> int:
        """As many as are averaged."""
        return self.top

    def fit(self, proxies: Proxies, seed: int) -> Smooth:
        """The runs themselves; nothing is drawn."""
        return Smooth(proxies, self.width, self.top)


@dataclass(frozen=True)
class Smooth:
    """The weighed mean of runs."""

    runs: Proxies
    width: float
    top: int

    def predict(self, shares: Sequence[Sequence[float]]) -> list[float]:
        """The targets of mixtures, in nats."""
        return [self._one(mixture) for mixture in shares]

    def best(self, search: Search) -> list[float]:
        """The mean of the best mixtures that are known, if it is better than the prior."""
        known = sorted([*self.runs.shares, search.prior], key=self._one)[: self.top]
        mean = [sum(column) / len(known) for column in zip(*known, strict=True)]
        found = min(mean, known[0], key=self._one)
        return [share / sum(found) for share in found]

    def _one(self, mixture: Sequence[float]) -> float:
        away = [(dist(mixture, shares) / self.width) ** 2 / 2 for shares in self.runs.shares]
        weights = [exp(min(away) - one) for one in away]  # the nearest run's is 1, so that their sum is never 0
        return sum(map(float.__mul__, weights, self.runs.targets)) / sum(weights)
