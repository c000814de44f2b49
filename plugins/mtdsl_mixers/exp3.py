"""Weights by all rewards so far, each divided by how likely it was to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from mtdsl import Feedback, Positive, State
from mtdsl_mixers.odm import Bandit, exploration, explored
from mtdsl_mixers.simplex import raised


@dataclass(frozen=True)
class Exp3(Bandit):
    """Exp3 over sources (Auer et al., The nonstochastic multiarmed bandit problem, 2002), with a loss as the reward.

    The reward of a source that a step reads is loss / (`scale` p_i), where p_i was its weight. Of the sums R of K sources at
    step t, w_i = (1 - K e_t) exp(e_{t-1} R_i) / sum_j exp(e_{t-1} R_j) + e_t with e_t = min(1 / K, sqrt(ln K / (K t))). This is
    `Exp3WeightUpdater` of the released code of Online Data Mixing (alon-albalak/online-data-mixing@edbfdad), which divides
    rewards by 10; `odm` is the rule that smooths them.
    """

    scale: Annotated[float, Positive] = 10.0

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after a step that read the sources of `feedback.losses`; the others' rewards stay."""
        steps = state["steps"] + 1
        told = zip(state["names"], state["rewards"], state["weights"], strict=True)
        rewards = [old + self._reward(feedback.losses.get(name), weight) for name, old, weight in told]
        rate = exploration(len(rewards), steps)
        scores = [state["exploration"] * reward for reward in rewards]
        weights = explored(raised([1.0] * len(scores), scores), rate)
        return {"names": state["names"], "steps": steps, "exploration": rate, "rewards": rewards, "weights": weights}

    def _reward(self, loss: float | None, weight: float) -> float:
        """0 for a source that was not read, and for one that was although its weight is 0."""
        return 0.0 if loss is None or weight == 0 else loss / (self.scale * weight)
