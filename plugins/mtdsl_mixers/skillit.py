"""Weights by what each source teaches of the others, and by what of them is still to be learnt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Feedback, Need, Positive, SourceFacts, State, Steps
from mtdsl_mixers.simplex import Given, given, heldout, names, raised


@dataclass(frozen=True)
class Skillit(Given):
    """Skill-It (arXiv:2307.14430): w_i ~ p_i exp(`eta` sum_j `graph`_ij L_j), set anew after each `every` steps.

    `graph` has a row a source, in the order of the mixture: what reading source i teaches of j. L_j is the sum of the last
    `window` held-out losses of source j in nats, which are taken after steps 1, 1 + `measure`, 1 + 2 `measure`, ...; at first
    it is 1. p are the shares that the mixture gives. This is `mw_trainer.py` of HazyResearch/skill-it@807b3bf and
    `skillit_trainer.py` of HazyResearch/aioli@a236112, but for two things: both read ones off the diagonal of the graph as
    0.5, which must be written here, and the former takes p for the first L.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({"heldout"})

    graph: tuple[tuple[float, ...], ...]
    every: Annotated[int, Positive, Steps]
    measure: Annotated[int, Positive, Steps]
    eta: Annotated[float, Positive] = 0.2
    window: Annotated[int, Positive] = 3

    examples: ClassVar = ({"graph": "[[1, 0.5, 0], [0, 1, 0], [0.25, 0, 1]]", "every": "300 steps", "measure": "100 steps"},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where the graph is no square, or has a number below 0."""
        if any(len(row) != len(self.graph) for row in self.graph):
            raise ValueError("`graph` needs as many numbers in every row as it has rows")
        if any(number < 0 for row in self.graph for number in row):
            raise ValueError("`graph` holds numbers of at least 0")

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The first weights. Raises `ValueError` where the graph is of more sources, or of fewer."""
        if len(sources) != len(self.graph):
            raise ValueError(f"`graph` has {len(self.graph)} rows, and the mixture {len(sources)} sources")
        return self._weights(given(sources), [1.0 for _ in sources])

    def asks(self, state: State) -> Collection[Need]:
        """Held-out losses after the first step, and each `measure` steps later."""
        return self.needs if state["steps"] % self.measure == 0 else ()

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """No steps, no losses, and the first weights."""
        return {"names": names(sources), "steps": 0, "prior": given(sources), "losses": [], "weights": self(sources)}

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after one more step. Raises `ValueError` where a held-out loss that was asked for is missing."""
        losses = state["losses"]
        if self.asks(state):
            losses = [*losses, heldout(state, feedback.heldout)][-self.window :]
        weights, steps = state["weights"], state["steps"] + 1
        if steps % self.every == 0:
            weights = self._weights(state["prior"], [sum(column) for column in zip(*losses, strict=True)])
        return {**state, "steps": steps, "losses": losses, "weights": weights}

    def _weights(self, prior: Sequence[float], losses: Sequence[float]) -> list[float]:
        taught = [sum(part * loss for part, loss in zip(row, losses, strict=True)) for row in self.graph]
        return raised(prior, [self.eta * score for score in taught])
