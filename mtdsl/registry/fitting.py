"""What a fitter is given, small runs under several mixtures, and what it makes of them: a law, and its best mixture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mtdsl.frozen import Frozen, node


@node
class Proxies(Frozen):
    """Small runs, a row each: the shares of the `sources` they were trained on, and their `losses` in nats, a column a target.

    Shares are none negative and sum to 1 within 0.5 %, as written. `weights`, one a target, are more than 0 and sum to 1.
    """

    sources: tuple[str, ...]
    shares: tuple[tuple[float, ...], ...]
    losses: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...] = (1.0,)

    @property
    def targets(self) -> list[float]:
        """What a mixture is to make small: each run's losses by their weights, in nats."""
        return [sum(map(float.__mul__, self.weights, row)) for row in self.losses]


@node
class Search(Frozen):
    """Where the best mixture is looked for: around `prior` (a share a source, sum 1), what is drawn being decided by `seed`."""

    prior: tuple[float, ...]
    seed: int = 0


class Law(Protocol):
    """What a fit knows: the losses of mixtures that nobody has trained on."""

    def predict(self, shares: Sequence[Sequence[float]], /) -> Sequence[float]:
        """The target of each mixture, in nats."""

    def best(self, search: Search, /) -> Sequence[float]:
        """The mixture of the least target that is known, a share a source, sum 1. Raises `ValueError` where none is found."""


class Fitting(Protocol):
    """What a fitter's factory makes."""

    def least(self, sources: int, /) -> int:
        """How many small runs it needs to fit anything."""

    def fit(self, proxies: Proxies, seed: int, /) -> Law:
        """The law of these runs: the same of the same. Raises `ValueError`, in words for the user, where there is none."""
