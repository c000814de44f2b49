"""Weights by what is still to be learnt: a bandit over the sources, played while the model trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Annotated, Literal

from mtdsl import Bound, Feedback, SourceFacts, State
from mtdsl_mixers.simplex import Given, given, names, normal, raised


class Bandit(Given):
    """A bandit over the sources, with nothing observed yet."""

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """No steps, no rewards, and the largest exploration rate."""
        return {
            "names": names(sources),
            "steps": 0,
            "exploration": 1 / len(sources),
            "rewards": [0.0 for _ in sources],
            "weights": normal(given(sources)),
        }


@dataclass(frozen=True)
class Odm(Bandit):
    """Online Data Mixing (arXiv:2312.02406): Exp3 with a smoothed reward for each source and a floor under its weight.

    A source's reward R is the running mean of exp(loss), of which `alpha` is kept at each step that reads it. At step t, of K
    sources, w_i = (1 - K e_t) exp(e_{t-1} R_i) / sum_j exp(e_{t-1} R_j) + e_t with e_t = min(1 / K, sqrt(ln K / (K t))): with
    `weigh = "exponential"` this is `SmoothedMeanWeightUpdater.update` of the released code
    (alon-albalak/online-data-mixing@edbfdad). Its `group_update`, which steps of several sources call, has R_i in place of
    exp(e_{t-1} R_i): `weigh = "linear"`. `exp3` is the importance-weighted rule of the same code.
    """

    alpha: Annotated[float, Bound(low=0, high=1, open_high=True)] = 0.9
    weigh: Literal["exponential", "linear"] = "exponential"

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after a step that read the sources of `feedback.losses`; the others' rewards stay."""
        steps = state["steps"] + 1
        told = zip(state["names"], state["rewards"], strict=True)
        rewards = [self._reward(old, feedback.losses.get(name)) for name, old in told]
        rate = exploration(len(rewards), steps)
        weights = explored(self._raised(rewards, state["exploration"]), rate)
        return {"names": state["names"], "steps": steps, "exploration": rate, "rewards": rewards, "weights": weights}

    def _reward(self, old: float, loss: float | None) -> float:
        return old if loss is None else self.alpha * old + (1 - self.alpha) * exp(loss)

    def _raised(self, rewards: list[float], rate: float) -> list[float]:
        if self.weigh == "linear" and any(rewards):
            return normal(rewards)
        return raised([1.0] * len(rewards), [rate * reward for reward in rewards])


def exploration(sources: int, step: int) -> float:
    """e_t: the weight that every source has at least at `step` (from 1); 0 for a single source."""
    return min(1 / sources, sqrt(log(sources) / (sources * step)))


def explored(weights: Sequence[float], rate: float) -> list[float]:
    """Weights whose sum is 1, mixed so that each is at least `rate`."""
    left = max(0.0, 1 - len(weights) * rate)
    return [left * weight + rate for weight in weights]
