"""A mixture by a law: each loss falls exponentially with the shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from mtdsl import Positive, Proxies, Search

LEVELS = 100
"""Losses that cannot be undercut, of which the best is where a fit begins."""


@dataclass(frozen=True)
class MixingLaw:
    """Data mixing laws (arXiv:2403.16952): L_i(r) = c_i + k_i exp(sum_j t_ij r_j), and the r of their least weighted sum.

    Each loss is fitted by itself, under Huber's loss with the bound `delta` in nats, c_i at least 0 and k_i more than 0. As
    shares sum to 1, k_i is a part of t_i. For each of 100 levels of c_i the rest is linear in log(L_i - c_i), and the best of
    these is where the fit begins: mix_2_domains.ipynb of yegcjs/mixinglaws@8ad3e12 takes c_i so too, and begins its other fits
    (law.py) at points that are chosen by hand. That notebook's `delta` is 0.02, law.py's default 0.01. The sum of exponentials
    is convex, so there is one best mixture. With one loss it is a corner: all of one source.
    """

    delta: Annotated[float, Positive] = 0.02

    def least(self, sources: int) -> int:
        """One run more than each loss has numbers to find."""
        return sources + 2

    def fit(self, proxies: Proxies, seed: int) -> Exponentials:
        """A law for each loss; nothing is drawn, so any `seed` gives the same."""
        import numpy as np

        shares = np.array(proxies.shares)
        laws = [self._one(shares, np.array(losses)) for losses in zip(*proxies.losses, strict=True)]
        return Exponentials(tuple(laws), proxies.weights)

    def _one(self, shares: Any, losses: Any) -> tuple[float, ...]:
        """c and t of one loss, from runs' shares `[n, sources]` and losses `[n]`."""
        import numpy as np
        from scipy.optimize import least_squares

        def missed(law: Any) -> Any:
            return law[0] + np.exp(np.minimum(shares @ law[1:], 700.0)) - losses  # of more, float64 has no exponential

        def slopes(law: Any) -> Any:
            return np.column_stack([np.ones(len(losses)), np.exp(np.minimum(shares @ law[1:], 700.0))[:, None] * shares])

        lowest = max(float(losses.min()), 0.0)
        starts = [_linear(shares, losses, lowest * level / LEVELS) for level in range(LEVELS)]
        start = min(starts, key=lambda law: float((missed(law) ** 2).sum()))
        ends = [0.0, *[-np.inf] * shares.shape[1]], np.inf
        exact = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "max_nfev": 2000}
        found = least_squares(missed, start, slopes, ends, loss="huber", f_scale=self.delta, x_scale="jac", **exact)
        return tuple(map(float, found.x))


@dataclass(frozen=True)
class Exponentials:
    """The laws of several losses, c and t of each, and their weights."""

    laws: tuple[tuple[float, ...], ...]
    weights: tuple[float, ...]

    def predict(self, shares: Sequence[Sequence[float]]) -> list[float]:
        """The targets of mixtures."""
        import numpy as np

        laws, weights = np.array(self.laws), np.array(self.weights)
        return [float(target) for target in (laws[:, 0] + np.exp(np.array(shares) @ laws[:, 1:].T)) @ weights]

    def best(self, search: Search) -> list[float]:
        """The shares under which the sum of exponentials is least. Raises `ValueError` where they are not found."""
        import numpy as np
        from scipy.optimize import minimize

        slopes, weights = np.array(self.laws)[:, 1:], np.array(self.weights)
        scale = float(weights @ np.exp(slopes @ np.array(search.prior)))
        found = minimize(
            lambda mixture: float(weights @ np.exp(slopes @ mixture)) / scale,
            np.array(search.prior),
            jac=lambda mixture: (weights * np.exp(slopes @ mixture)) @ slopes / scale,
            bounds=[(0.0, 1.0)] * slopes.shape[1],
            constraints={"type": "eq", "fun": lambda mixture: mixture.sum() - 1, "jac": np.ones_like},
            method="SLSQP",
            options={"ftol": 1e-14, "maxiter": 1000},
        )
        if not found.success:
            raise ValueError(f"no mixture of the least loss was found: {found.message}")
        shares = np.maximum(found.x, 0.0)
        return [float(share) for share in shares / shares.sum()]


def _linear(shares: Any, losses: Any, level: float) -> Any:
    """The law that fits log(L - c) best where c is known."""
    import numpy as np

    slopes = np.linalg.lstsq(shares, np.log(np.maximum(losses - level, 1e-9)), rcond=None)[0]
    return np.array([level, *slopes])
