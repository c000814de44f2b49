"""Curves in a terminal: columns of block characters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

EIGHTHS = " ▁▂▃▄▅▆▇█"


def resample(points: Sequence[tuple[int, float]], cells: int) -> list[float]:
    """The value in the middle of each of `cells` equal stretches between the first and the last position.

    `points` are (position, value), sorted; between two of them the value lies on the line that joins them.
    """
    first, last = points[0][0], points[-1][0]
    middles = (first + (cell + 0.5) * (last - first) / cells for cell in range(cells))
    return [_between(points, middle) for middle in middles]


def bars(values: Sequence[float], top: float, rows: int) -> list[str]:
    """Rows from top to bottom in which each value is a bar; `top` fills all rows. A value above 0 always shows."""
    heights = [max(1, round(value / top * rows * 8)) if value > 0 and top > 0 else 0 for value in values]
    return ["".join(EIGHTHS[min(max(height - row * 8, 0), 8)] for height in heights) for row in reversed(range(rows))]


def _between(points: Sequence[tuple[int, float]], at: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return high if right == left else low + (high - low) * (at - left) / (right - left)
    return points[-1][1]
