"""What the rules that learn have in common: weights that sum to 1, in the order of the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from mtdsl import SourceFacts, State


class Given:
    """A rule that begins as the mixture has it, and whose state holds its weights."""

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The shares that the mixture gives, equal ones where the sources are only named."""
        return given(sources)

    def weights(self, state: State) -> list[float]:
        """The weights in force after `state`, in the order of the sources; their sum is 1."""
        return list(state["weights"])


def given(sources: Sequence[SourceFacts]) -> list[float]:
    """The shares that the mixture gives, equal ones where the sources are only named."""
    return [1.0 if source.share is None else source.share for source in sources]


def names(sources: Sequence[SourceFacts]) -> list[str]:
    """What the sources are called."""
    return [source.name for source in sources]


def normal(weights: Sequence[float]) -> list[float]:
    """The same weights, their sum 1."""
    whole = sum(weights)
    return [weight / whole for weight in weights]


def raised(weights: Sequence[float], scores: Sequence[float]) -> list[float]:
    """w_i exp(s_i), their sum 1.

    The largest score of a source that has a weight is taken off all of them first, which changes nothing but keeps the
    exponential finite.
    """
    largest = max(score for score, weight in zip(scores, weights, strict=True) if weight > 0)
    return normal([weight * exp(score - largest) if weight > 0 else 0.0 for score, weight in zip(scores, weights, strict=True)])


def floored(weights: Sequence[float], part: float) -> list[float]:
    """`part` of the weights given to all sources alike, so that each has at least `part` divided by how many they are."""
    return [(1 - part) * weight + part / len(weights) for weight in weights]


def heldout(state: State, found: Mapping[str, float]) -> list[float]:
    """The held-out losses in nats in the order of the state's sources. Raises `ValueError` where one is missing."""
    if missing := [name for name in state["names"] if name not in found]:
        raise ValueError(f"no loss of held-out text of `{missing[0]}`")
    return [found[name] for name in state["names"]]


def mean(before: Sequence[float], count: int, weights: Sequence[float]) -> list[float]:
    """The mean of `count` weights, whose own mean is `before`, and of one more."""
    return [(old * count + new) / (count + 1) for old, new in zip(before, weights, strict=True)]
