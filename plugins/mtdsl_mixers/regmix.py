"""A mixture by regression: the mean of those of many random ones of which the least loss is predicted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from mtdsl import Bound, Positive, Proxies, Search

LEAF = 20
"""Runs of a leaf of LightGBM, at least: its own `min_data_in_leaf`."""


@dataclass(frozen=True)
class Regmix:
    """RegMix (arXiv:2407.01492): a regression on the shares predicts the target; the mean of the best candidates is proposed.

    `candidates` mixtures are drawn from a Dirichlet distribution whose parameters are `strength` times the prior, and the `top`
    ones by predicted target are averaged. The regression is `by` LightGBM, told what regression_fitting/regression.ipynb of
    sail-sg/regmix@b004d3a tells it (squared error, `trees` at a `rate`, all else its defaults), but that the notebook plants no
    more trees where 256 further runs say so, and the numbers of those are not in a table such as ours. `linear` are least
    squares with a constant, the paper's other regression; `ridge` adds `alpha` times the sum of the squared slopes.
    """

    by: Literal["lightgbm", "linear", "ridge"] = "lightgbm"
    trees: Annotated[int, Positive] = 1000
    rate: Annotated[float, Bound(low=0, high=1, open_low=True)] = 0.01
    alpha: Annotated[float, Positive] = 1.0
    candidates: Annotated[int, Positive] = 100_000
    top: Annotated[int, Positive] = 128
    strength: Annotated[float, Positive] = 1.0

    def least(self, sources: int) -> int:
        """LightGBM parts no fewer runs than two leaves hold; slopes need one run more than there are numbers to find."""
        return {"lightgbm": 2 * LEAF, "linear": sources + 1, "ridge": 2}[self.by]

    def fit(self, proxies: Proxies, seed: int) -> Simulated:
        """The regression of the targets. Deterministic: one thread grows the trees."""
        import numpy as np

        shares, targets = np.array(proxies.shares), np.array(proxies.targets)
        if self.by == "lightgbm":
            return Simulated(self._grown(shares, targets, seed), self)
        return Simulated(_line(shares, targets, self.alpha if self.by == "ridge" else 0.0), self)

    def _grown(self, shares: Any, targets: Any, seed: int) -> Callable[[Any], Any]:
        import lightgbm

        told = {"objective": "regression", "learning_rate": self.rate, "min_data_in_leaf": LEAF, "seed": seed}
        alone = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}
        model = lightgbm.train({**told, **alone}, lightgbm.Dataset(shares, targets), self.trees)
        return lambda mixtures: model.predict(mixtures)


@dataclass(frozen=True)
class Simulated:
    """Targets by a regression, and the best mixture by looking at very many."""

    regression: Callable[[Any], Any]
    how: Regmix

    def predict(self, shares: Sequence[Sequence[float]]) -> list[float]:
        """The targets of mixtures."""
        import numpy as np

        return [float(target) for target in self.regression(np.array(shares))]

    def best(self, search: Search) -> list[float]:
        """The mean of the candidates that are predicted best. `RandomState` draws the same under every version of numpy."""
        import numpy as np

        prior = self.how.strength * np.maximum(search.prior, 1e-9)
        drawn = np.random.RandomState(search.seed).dirichlet(prior, self.how.candidates)
        order = np.argsort(self.regression(drawn), kind="stable")
        return [float(share) for share in drawn[order[: self.how.top]].mean(0)]


def _line(shares: Any, targets: Any, alpha: float) -> Callable[[Any], Any]:
    """The line of least squares, with the least slopes where several are; `alpha` times the squared slopes is added."""
    import numpy as np

    center, level = shares.mean(0), targets.mean()
    drawn_in = np.sqrt(alpha) * np.eye(shares.shape[1])
    slopes = np.linalg.lstsq(
        np.vstack([shares - center, drawn_in]), np.append(targets - level, np.zeros(len(center))), rcond=None
    )
    return lambda mixtures: level + (mixtures - center) @ slopes[0]
