"""Weights by how much a step on each source helps on held-out text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Alignment, Bound, Feedback, Need, NotNegative, Positive, SourceFacts, State
from mtdsl_mixers.simplex import Given, floored, given, mean, names, normal, raised

LEAST = 1e-6
"""What the released code adds to the mean norm."""


@dataclass(frozen=True)
class Doge(Given):
    """DoGE (arXiv:2310.15393): w_i <- (1 - `floor`) w_i exp(s_i / `mu`) / sum_j w_j exp(s_j / `mu`) + `floor` / K.

    s_i = lr clip(<g_i, g> / (m + 1e-6), `low`, `high`), where g_i is the gradient of source i's loss, g that of held-out text,
    and m the mean norm of all K sources' g_i, that of one which the step does not read being 0. This is `doge_trainer.py` of
    HazyResearch/aioli@a236112, which was adapted from the authors' Olivia-fsm/DoGE; it clips every gradient to norm 1 first,
    which is for whoever measures. It trains a small model so and hands the mean of all its weights to the large one: with
    `averaged` the weights are that mean, in which the first ones are counted once, as `doremi` does and it does not.
    It reads sources alike and weighs their gradients; here the weights are shares of what is read.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({"alignments"})

    mu: Annotated[float, Positive] = 0.01
    floor: Annotated[float, Bound(low=0, high=1)] = 0.0
    low: Annotated[float, NotNegative] = 0.0
    high: Annotated[float, Positive] = 5.0
    averaged: bool = False

    def __post_init__(self) -> None:
        """Raises `ValueError` where `low` is above `high`."""
        if self.low > self.high:
            raise ValueError(f"`low` ({self.low:g}) is above `high` ({self.high:g})")

    def asks(self, state: State) -> Collection[Need]:
        """The alignments of every step."""
        return self.needs

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """No steps, and the shares."""
        weights = normal(given(sources))
        return {"names": names(sources), "steps": 0, "weights": weights, "average": weights}

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after a step that read the sources of `feedback.alignments`, at the rate `feedback.rate`."""
        steps = state["steps"] + 1
        found = [feedback.alignments.get(name, Alignment(0.0, 0.0)) for name in state["names"]]
        norm = sum(one.norm for one in found) / len(found) + LEAST
        helped = [feedback.rate * min(max(one.product / norm, self.low), self.high) for one in found]
        weights = floored(raised(state["weights"], [score / self.mu for score in helped]), self.floor)
        return {**state, "steps": steps, "weights": weights, "average": mean(state["average"], steps, weights)}

    def weights(self, state: State) -> list[float]:
        """The weights in force after `state`, in the order of the sources; their sum is 1."""
        return list(state["average" if self.averaged else "weights"])
