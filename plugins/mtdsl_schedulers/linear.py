"""A straight line."""

from __future__ import annotations

from dataclasses import dataclass

from mtdsl import Progress


@dataclass(frozen=True)
class Linear:
    """Moves in proportion to the tokens passed: value = a + (b - a) p."""

    def __call__(self, at: Progress) -> float:
        """The fraction itself."""
        return at.fraction
