"""Down to a rate that stands as long as need be, and down again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Shape, Stretch, Technique
from mtdsl_schedulers.cosine import Cosine
from mtdsl_schedulers.geometric import Geometric
from mtdsl_schedulers.inside import part


@dataclass(frozen=True)
class Infinite:
    """The infinite schedule (arXiv:2403.08763): a cooldown to `constant`, which stands, and an anneal to the end.

    `cooldown` is the length of the first part, `anneal` that of the last, which is geometric, so that the arrow's end is
    above 0. `shape` is the scheduler of the cooldown, a cosine if nothing is said; the papers also have an inverse square
    root, `shape = inverse_sqrt(timescale = ...)`, a tenth of the cooldown in arXiv:2503.02844. For a phase without an end in
    sight write pieces, and let a phase behind it anneal. Along a mixture `constant` is a part of the way.
    """

    cooldown: Annotated[float, Positive, Stretch]
    constant: Annotated[float, Positive]
    anneal: Annotated[float, Positive, Stretch]
    shape: Annotated[Shape | None, Technique("scheduler")] = None

    examples: ClassVar = ({"cooldown": "20%", "constant": "4e-4", "anneal": "10%"},)

    def __call__(self, at: Progress) -> float:
        """How far the value of its part is. Raises `ValueError` where the parts are longer than the arrow."""
        if self.cooldown + self.anneal > at.length:
            both = self.cooldown + self.anneal
            raise ValueError(f"cooldown and anneal ({both:,.0f} tokens) are longer than the arrow ({at.length:,.0f})")
        stands = (self.constant - at.start) / (at.end - at.start)
        left = self.anneal - (at.length - at.tokens)
        if left > 0:
            return stands + (1.0 - stands) * Geometric()(part(left, self.anneal, self.constant, at.end))
        if at.tokens >= self.cooldown:
            return stands
        return stands * (self.shape or Cosine())(part(at.tokens, self.cooldown, at.start, self.constant))
