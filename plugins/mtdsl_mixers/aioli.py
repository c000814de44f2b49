"""Weights by how much reading each source was seen to lower the losses of all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any, ClassVar

from mtdsl import Bound, Feedback, Need, Positive, SourceFacts, State, Steps
from mtdsl_mixers.simplex import given, heldout, names, normal, raised

Matrix = list[list[float]]


@dataclass(frozen=True)
class Aioli:
    """Aioli (arXiv:2411.05735): in each round of `every` steps first every source is tried, then the weights are set by it.

    A round tries all K sources `sweeps` times, in an order of its own, for `tries` steps each, in which one source has the
    share `one_hot` and the others the rest alike. A_ij is the mean of what the held-out loss of i fell in the tries of j,
    solved for a share of 1 where `one_hot` is less (`diagonal`: A_jj / `one_hot`, and 0 elsewhere); `normalize` takes off its
    least number if that is below 0 and divides by the sum. Then w_j <- w_j exp(`eta` sum_i A_ij), from equal weights in the
    first round; with `keep` always from equal weights, A being a running mean of which `keep` is kept. Rounds begin after
    `prior` steps, at the shares that the mixture gives.

    This is `aioli_trainer.py` of HazyResearch/aioli@a236112, but for its random order, for `prior`, which can be 0 there, and
    for `diagonal`, which has no effect there where `one_hot` is 1.
    """

    needs: ClassVar[frozenset[Need]] = frozenset({"heldout"})

    every: Annotated[int, Positive, Steps]
    tries: Annotated[int, Positive, Steps]
    sweeps: Annotated[int, Positive] = 1
    eta: Annotated[float, Positive] = 0.1
    one_hot: Annotated[float, Bound(low=0, high=1, open_low=True)] = 1.0
    diagonal: bool = False
    normalize: bool = False
    keep: Annotated[float, Bound(low=0, high=1, open_high=True)] | None = None
    prior: Annotated[int, Positive, Steps] = 1

    examples: ClassVar = ({"every": "500 steps", "tries": "20 steps"},)

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The given shares. Raises `ValueError` where the tries are a round or more, or `one_hot` tells no source apart."""
        if len(sources) < 2 or abs(self.one_hot * len(sources) - 1) < 1e-9:
            raise ValueError(f"`one_hot` ({self.one_hot:g}) must set one of {len(sources)} sources apart")
        if (trying := self._trying(len(sources))) >= self.every:
            raise ValueError(f"trying {len(sources)} sources takes {trying:,} steps, and a round has {self.every:,}")
        return given(sources)

    def asks(self, state: State) -> Collection[Need]:
        """Held-out losses after the last step before a round, and after the last of each source's tries."""
        step = self._step(state) + 1
        begins = step >= 0 and step % self.every == 0
        tried = step > 0 and step % self.every <= self._trying(len(state["names"])) and step % self.every % self.tries == 0
        return self.needs if begins or tried else ()

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """No steps, no losses, nothing tried."""
        called = names(sources)
        empty: dict[str, Any] = {"order": [], "before": [], "fell": [], "smooth": []}
        return {"names": called, "steps": 0, "weights": normal(self(sources)), "set": False, **empty}

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after one more step. Raises `ValueError` where a held-out loss that was asked for is missing."""
        step = self._step(state) + 1
        after = {**state, "steps": state["steps"] + 1}
        if not self.asks(state):
            return after
        found = heldout(state, feedback.heldout)
        if step % self.every == 0:
            count = len(found)
            order = self.order(step // self.every, state["names"])
            return {**after, "before": found, "order": order, "fell": [[0.0] * count for _ in range(count)]}
        after |= {"before": found, "fell": self._fallen(state, step % self.every // self.tries - 1, found)}
        return {**after, **self._set(after)} if step % self.every == self._trying(len(found)) else after

    def weights(self, state: State) -> list[float]:
        """The next step's weights, in the order of the sources; their sum is 1."""
        step, count = self._step(state), len(state["names"])
        if step < 0 or step % self.every >= self._trying(count):
            return list(state["weights"])
        tried = state["order"][step % self.every // self.tries]
        rest = (1 - self.one_hot) / (count - 1)
        return [self.one_hot if source == tried else rest for source in range(count)]

    def order(self, number: int, called: Sequence[str]) -> list[int]:
        """Which source each try of a round is of: every sweep is a permutation that follows from its number alone."""
        sweeps = ([(_key(number, sweep, name), at) for at, name in enumerate(called)] for sweep in range(self.sweeps))
        return [at for sweep in sweeps for _, at in sorted(sweep)]

    def _trying(self, count: int) -> int:
        """Steps of a round in which one of `count` sources is tried."""
        return count * self.sweeps * self.tries

    def _step(self, state: State) -> int:
        """Steps since the first round began."""
        return int(state["steps"]) - self.prior

    def _fallen(self, state: State, number: int, found: list[float]) -> Matrix:
        tried = state["order"][number]
        drops = [old - new for old, new in zip(state["before"], found, strict=True)]
        rows = zip(state["fell"], drops, strict=True)
        return [[sum_ + (drop if at == tried else 0.0) for at, sum_ in enumerate(row)] for row, drop in rows]

    def _set(self, state: State) -> State:
        """The round's matrix, and the weights by it."""
        matrix = [[fall / self.sweeps for fall in row] for row in state["fell"]]
        matrix = self._normal([self._solved(row, at) for at, row in enumerate(matrix)])
        equal = [1.0] * len(matrix)
        weights = state["weights"] if state["set"] and self.keep is None else equal
        smooth = self._smooth(state["smooth"], matrix) if self.keep is not None else []
        scores = [self.eta * sum(column) for column in zip(*(smooth or matrix), strict=True)]
        return {"weights": raised(weights, scores), "set": True, "smooth": smooth}

    def _solved(self, row: Sequence[float], at: int) -> list[float]:
        """The x with `one_hot` x_j + (the mean share of the others) (sum of the others' x) = row_j for every j."""
        if self.diagonal:
            return [fall / self.one_hot if source == at else 0.0 for source, fall in enumerate(row)]
        rest = (1 - self.one_hot) / (len(row) - 1)
        whole = sum(row)  # as every source is tried with shares that sum to 1, it is the sum of the x too
        return [(fall - rest * whole) / (self.one_hot - rest) for fall in row]

    def _normal(self, matrix: Matrix) -> Matrix:
        if not self.normalize:
            return matrix
        least = min(0.0, *(min(row) for row in matrix))
        whole = sum(number - least for row in matrix for number in row)
        return [[(number - least) / (whole or 1.0) for number in row] for row in matrix]

    def _smooth(self, before: Matrix, matrix: Matrix) -> Matrix:
        keep = self.keep or 0.0
        pairs = zip(before or matrix, matrix, strict=True)
        return [[keep * old + (1 - keep) * new for old, new in zip(*rows, strict=True)] for rows in pairs]


def _key(number: int, sweep: int, name: str) -> str:
    return blake2b(f"{number} {sweep} {name}".encode(), digest_size=16).hexdigest()
