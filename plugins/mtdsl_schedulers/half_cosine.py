"""The second half of a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mtdsl import Progress


@dataclass(frozen=True)
class HalfCosine:
    """Fast at first, slow at the end: what is left of a cosine from its middle, where a run is planned anew (Olmo 3).

    value = b + (a - b) (1 - sin(pi p / 2)), OLMo-core's `HalfCosWithWarmup` behind its warm-up.
    """

    def __call__(self, at: Progress) -> float:
        """sin(pi p / 2)."""
        return math.sin(math.pi * at.fraction / 2.0)
