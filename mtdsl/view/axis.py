"""The shared token axis: how wide each column is.

A 50B phase beside an 8T one is invisible where width is proportional to tokens; widths follow the square root, and none is
below its minimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt


def spread(tokens: Sequence[int], least: Sequence[float], total: float) -> list[float]:
    """Widths that sum to `total` (or to `sum(least)` where that is more): `max(least, k * sqrt(tokens))` for one k."""
    roots = [sqrt(amount) for amount in tokens]
    widths = list(least)
    grown = {index for index, root in enumerate(roots) if root > 0}
    while grown:
        room = total - sum(least[index] for index in range(len(least)) if index not in grown)
        scale = room / sum(roots[index] for index in grown)
        short = {index for index in grown if roots[index] * scale < least[index]}
        if not short:
            return [roots[index] * scale if index in grown else width for index, width in enumerate(widths)]
        grown -= short
    return widths


def bands(least: Sequence[int], total: int) -> list[range]:
    """Runs of columns that fit side by side into `total`; a column that is wider than that stands alone."""
    found, begin = [], 0
    for index in range(1, len(least) + 1):
        if index == len(least) or sum(least[begin : index + 1]) > total:
            found.append(range(begin, index))
            begin = index
    return found
