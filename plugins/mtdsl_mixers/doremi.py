"""Weights by how far a model is behind a reference model on each source."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mtdsl import Bound, Excess, Feedback, Need, NotNegative, Positive, SourceFacts, State
from mtdsl_mixers.simplex import Given, floored, given, mean, names, normal, raised


@dataclass(frozen=True)
class Doremi(Given):
    """DoReMi (arXiv:2305.10429): w_i <- (1 - `floor`) w_i exp(`eta` s_i) / sum_j w_j exp(`eta` s_j) + `floor` / K.

    s_i is the excess loss of source i against `reference` in nats a token, at least 0; a source that a step does not read
    keeps its last one, at first `unread`. With `clip = "token"` every token's excess is raised to 0 before the mean is taken,
    as in sangmichaelxie/doremi@7cde52d, where `floor` is 1e-4 and `unread` the logarithm of the vocabulary's size; with
    `clip = "mean"` the mean itself is, as in `doremi_trainer.py` of HazyResearch/aioli@a236112, where `floor` is 1e-3 and
    `unread` 1e-6. Both train a small model so and hand the mean of all its weights to the large one: with `averaged` the
    weights are that mean, the first ones counted once as the former does.
    Both read sources alike and weigh their losses; here the weights are shares of what is read.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({"excess"})

    reference: str
    eta: Annotated[float, Positive] = 1.0
    floor: Annotated[float, Bound(low=0, high=1)] = 1e-4
    clip: Literal["token", "mean"] = "token"
    unread: Annotated[float, NotNegative] = 10.824905
    averaged: bool = False

    examples: ClassVar = ({"reference": '"acme/small"'},)

    def asks(self, state: State) -> Collection[Need]:
        """The excess losses of every step."""
        return self.needs

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """No steps, the shares, and `unread` for every source."""
        weights = normal(given(sources))
        scores = [self.unread for _ in sources]
        return {"names": names(sources), "steps": 0, "scores": scores, "weights": weights, "average": weights}

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after a step that read the sources of `feedback.excess`; the others keep their scores."""
        steps = state["steps"] + 1
        told = zip(state["names"], state["scores"], strict=True)
        scores = [self._score(feedback.excess.get(name), old) for name, old in told]
        weights = floored(raised(state["weights"], [self.eta * score for score in scores]), self.floor)
        average = mean(state["average"], steps, weights)
        return {"names": state["names"], "steps": steps, "scores": scores, "weights": weights, "average": average}

    def weights(self, state: State) -> list[float]:
        """The weights in force after `state`, in the order of the sources; their sum is 1."""
        return list(state["average" if self.averaged else "weights"])

    def _score(self, excess: Excess | None, old: float) -> float:
        if excess is None:
            return old
        return excess.positive if self.clip == "token" else max(excess.mean, 0.0)
