"""The 1-sqrt decay."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mtdsl import Progress


@dataclass(frozen=True)
class Sqrt:
    """The 1-sqrt decay, fast at first: value = b + (a - b) (1 - sqrt(p)) (arXiv:2405.18392)."""

    def __call__(self, at: Progress) -> float:
        """sqrt(p)."""
        return math.sqrt(at.fraction)
