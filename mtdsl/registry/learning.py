"""What an online mixer is told of a run, and what its factory must make."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from mtdsl.frozen import Frozen, node
from mtdsl.registry.factories import SourceFacts, Weighing

State = Mapping[str, Any]
"""What an online mixer has learnt: JSON values only, kept in every checkpoint. The order of an object's keys is not kept."""

Need = Literal["excess", "alignments", "heldout"]

NEEDS: Mapping[Need, str] = {
    "excess": "losses against a reference model",
    "alignments": "gradients against those of held-out text",
    "heldout": "losses of held-out text",
}
"""What a mixer may ask for beside what every step finds, in words."""


@node
class Excess(Frozen):
    """How far a model's loss is above a reference model's on one source's trained tokens, in nats a token.

    `mean` is the mean of the differences; `positive` that of the differences with those below 0 counted as 0.
    """

    mean: float
    positive: float

    @staticmethod
    def of(differences: Iterable[float]) -> Excess:
        """Of the tokens' own differences, at least one."""
        found = list(differences)
        return Excess(sum(found) / len(found), sum(max(one, 0.0) for one in found) / len(found))


@node
class Alignment(Frozen):
    """The inner product of the gradient of one source's mean loss with that of held-out text, and the first one's norm."""

    product: float
    norm: float


@node
class Feedback(Frozen):
    """What a step found.

    `losses` is the mean loss, in nats a trained token, of each source that it read, `tokens` how many trained tokens each of
    them had, `rate` the learning rate that it took. The rest is empty unless a mixer asks for it: `excess` and `alignments` of
    each source that the step read, and `heldout`, the mean loss in nats of each of the mixer's sources' held-out text, taken
    after the step.
    """

    losses: Mapping[str, float]
    tokens: Mapping[str, int] = field(default_factory=dict)
    rate: float = 0.0
    excess: Mapping[str, Excess] = field(default_factory=dict)
    alignments: Mapping[str, Alignment] = field(default_factory=dict)
    heldout: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Learning(Weighing, Protocol):
    """An online mixer: called as a static one it gives the first weights, and what the run finds moves them.

    It keeps nothing itself, since its factory is frozen: the state goes in and comes out, so that the same feedback gives the
    same weights again after a resume. A plan knows only the first weights, and says so.
    """

    def begin(self, sources: Sequence[SourceFacts]) -> State:
        """The state before the first step."""

    def observe(self, state: State, feedback: Feedback) -> State:
        """The state after one more step; `state` is left as it is."""

    def weights(self, state: State) -> Sequence[float]:
        """The next step's weights in the order of `begin`'s sources: none negative; they are normalised afterwards."""


@runtime_checkable
class Asking(Learning, Protocol):
    """An online mixer that must be told more than every step finds."""

    needs: ClassVar[frozenset[Need]]

    def asks(self, state: State) -> Collection[Need]:
        """Which of its `needs` the next step must find: what costs much need not be measured at every step."""
