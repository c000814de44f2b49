"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from mtdsl.plan.model import Merge, Phase, Start

if TYPE_CHECKING:
    from mtdsl.run.evaluate import Mean


@dataclass(frozen=True, slots=True)
class Step:
    """One optimizer step that was taken.

    `step` counts from 1 in its phase; `tokens` is what the weights have seen after it; `loss` the mean over the step's
    `trained` labels in nats; `grad_norm` is taken before clipping; `time` is in seconds since 1970. `shares` of the sources,
    where a rule that looks at the run chose them; `length` of its sequences in tokens, where steps differ in it.
    """

    phase: str
    step: int
    tokens: int
    loss: float
    lr: float
    trained: int
    grad_norm: float
    tokens_per_second: float
    time: float
    shares: Mapping[str, float] | None = None
    length: int | None = None


Losses: TypeAlias = "Mapping[str, Mean]"
"""Validation by source: `{"code": {"loss": 1.2, "tokens": 4096}}`, the loss in nats."""


class Listener(Protocol):
    """Takes what happens, in the order in which it does."""

    def say(self, text: str) -> None:
        """One line of what is going on."""

    def begins(self, node: Start | Phase | Merge, step: int) -> None:
        """Work on a node begins; a phase goes on after `step` of its steps."""

    def stepped(self, phase: Phase, step: Step) -> None:
        """A step was taken."""

    def measured(self, node: str, losses: Losses) -> None:
        """The result of a node was measured."""


class Silent:
    """A listener that shows nothing."""

    def say(self, text: str) -> None:
        """Nothing."""

    def begins(self, node: Start | Phase | Merge, step: int) -> None:
        """Nothing."""

    def stepped(self, phase: Phase, step: Step) -> None:
        """Nothing."""

    def measured(self, node: str, losses: Losses) -> None:
        """Nothing."""
