"""Weights by what is still to be learnt: a bandit over the sources, played while the model trains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Annotated

from mtdsl import Bound, Feedback, SourceFacts, State


@dataclass(frozen=True)
class Odm:
    """Online Data Mixing (arXiv:2312.02406): Exp3 with a smoothed reward for each source and a floor under its weight.

    A source's reward R is the running mean of exp(loss), of which `alpha` is kept at each step that reads it. At step t, of K
    sources, w_i = (1 - K e_t) exp(e_{t-1} R_i) / sum_j exp(e_{t-1} R_j) + e_t with e_t = min(1 / K, sqrt(ln K / (K t))).
    This is `SmoothedMeanWeightUpdater.update` of the released code (alon-albalak/online-data-mixing@edbfdad); its
    `group_update` weighs by e R without the exponential, and its `Exp3WeightUpdater` sums rewards instead of smoothing them.
    """

    alpha: Annotated[float, Bound(low=0, high=1, open_high=True)] = 0.9

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The shares that the mixture gives, equal ones where the sources are only named."""
        return [1.0 if source.share is None else source.share for source in sources]

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """Nothing observed: no steps, no rewards, and the largest exploration rate."""
        return {
            "steps": 0,
            "exploration": 1 / len(sources),
            "rewards": dict.fromkeys((source.name for source in sources), 0.0),
            "weights": normal(dict(zip((source.name for source in sources), self(sources), strict=True))),
        }

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after a step that read the sources of `feedback.losses`; the others' rewards stay."""
        steps = state["steps"] + 1
        rewards = {name: self._reward(old, feedback.losses.get(name)) for name, old in state["rewards"].items()}
        rate = exploration(len(rewards), steps)
        return {
            "steps": steps,
            "exploration": rate,
            "rewards": rewards,
            "weights": explored(rewards, state["exploration"], rate),
        }

    def weights(self, state: State) -> list[float]:
        """The weights in force after `state`, in the order of the sources; their sum is 1."""
        return list(state["weights"].values())

    def _reward(self, old: float, loss: float | None) -> float:
        return old if loss is None else self.alpha * old + (1 - self.alpha) * exp(loss)


def exploration(sources: int, step: int) -> float:
    """e_t: the weight that every source has at least at `step` (from 1); 0 for a single source."""
    return min(1 / sources, sqrt(log(sources) / (sources * step)))


def explored(rewards: dict[str, float], before: float, rate: float) -> dict[str, float]:
    """Weights by rewards at the exploration rate `before`, mixed with an equal part `rate`.

    The largest reward is taken off all of them first, which changes nothing but keeps the exponential finite.
    """
    largest = max(rewards.values())
    raised = normal({name: exp(before * (reward - largest)) for name, reward in rewards.items()})
    return {name: (1 - len(rewards) * rate) * share + rate for name, share in raised.items()}


def normal(weights: dict[str, float]) -> dict[str, float]:
    """The same weights, their sum 1."""
    whole = sum(weights.values())
    return {name: weight / whole for name, weight in weights.items()}
