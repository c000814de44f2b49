"""A cosine that is cut short, and a straight line from there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import NotNegative, Positive, Progress, Stretch


@dataclass(frozen=True)
class CosineLinear:
    """A cosine towards `cosine_end`, left where the last `tail` begins; from there in a straight line to the arrow's end.

    OLMo-core's `CosWithWarmupAndLinearDecay`: its `alpha_f` times the peak is `cosine_end`, its `decay_min_lr` the arrow's
    end. Along a mixture `cosine_end` is the part of the way that the whole cosine would go.
    """

    tail: Annotated[float, Positive, Stretch]
    cosine_end: Annotated[float, NotNegative] = 0.0

    examples: ClassVar = ({"tail": "20%", "cosine_end": "1e-4"},)

    def __call__(self, at: Progress) -> float:
        """The cosine's part of the way, then the line's of what is left. Raises `ValueError` for a tail that is too long."""
        tail, tokens, length = self.tail, at.tokens, at.length
        if tail > length:
            raise ValueError(f"the tail ({tail:,.0f} tokens) is longer than the arrow ({length:,.0f})")
        aims = (self.cosine_end - at.start) / (at.end - at.start)
        line = (tokens - (length - tail)) / tail
        if line <= 0.0:
            return aims * (1.0 - math.cos(math.pi * at.fraction)) / 2.0
        left = aims * (1.0 - math.cos(math.pi * (1.0 - tail / length))) / 2.0
        return left + (1.0 - left) * line
