"""Stable, then decayed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Shape, Stretch, Technique
from mtdsl_schedulers.inside import part


@dataclass(frozen=True)
class WSD:
    """Warm-up, stable, decay (arXiv:2404.06395, arXiv:2405.18392): the value stands, and the last `decay` brings it to the end.

    `lr = 3e-4 -> 0 by wsd(decay = 20%, shape = sqrt), warmup = 2000 steps` is the same as the two pieces
    `[3e-4 until 80%, -> 0 by sqrt]`. `shape` is the scheduler of the decay, a straight line if nothing is said.
    """

    decay: Annotated[float, Positive, Stretch]
    shape: Annotated[Shape | None, Technique("scheduler")] = None

    examples: ClassVar = ({"decay": "20%"},)

    def __call__(self, at: Progress) -> float:
        """0, then how far the shape has moved. Raises `ValueError` where the decay is longer than the arrow."""
        if self.decay > at.length:
            raise ValueError(f"the decay ({self.decay:,.0f} tokens) is longer than the arrow ({at.length:,.0f})")
        inside = self.decay - (at.length - at.tokens)
        if inside <= 0:
            return 0.0
        return inside / self.decay if self.shape is None else self.shape(part(inside, self.decay, at.start, at.end))
