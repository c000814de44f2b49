"""Half a period of a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mtdsl import Progress


@dataclass(frozen=True)
class Cosine:
    """Slow at both ends: value = b + (a - b) (1 + cos(pi p)) / 2 (SGDR, arXiv:1608.03983, eq. 5, one period)."""

    def __call__(self, at: Progress) -> float:
        """(1 - cos(pi p)) / 2."""
        return (1.0 - math.cos(math.pi * at.fraction)) / 2.0
