"""The best of several checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import mtdsl

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Pick:
    """One of the models, the best by a metric. OLMo 2 1B is one of three anneals; its release says which, not by what.

    `by` is the metric, and `best` says which value of it is better, which what measures it mostly does by itself: of a
    loss the lowest, of an accuracy the highest. The first of equals is kept.
    """

    by: Annotated[str, mtdsl.Word]
    best: Literal["highest", "lowest"] | None = None

    examples: ClassVar = ({"by": "held", "best": '"lowest"'},)

    def choose(self, values: Sequence[float], measure: Callable[[Sequence[float]], float]) -> Sequence[float]:
        """All the weight for the best value; nothing else is measured."""
        best = values.index(max(values) if self.best == "highest" else min(values))
        return [1.0 if index == best else 0.0 for index in range(len(values))]

    def __call__(self, tensors: Sequence[torch.Tensor], weights: Sequence[float]) -> torch.Tensor:
        """The tensor of the one model that has weight."""
        return tensors[weights.index(max(weights))]
