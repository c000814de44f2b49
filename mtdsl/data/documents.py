"""What follows from where documents begin and end: labels, positions, and who may attend to whom."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

IGNORED = -100
"""The label of a position that is not trained on, as `torch.nn.functional.cross_entropy` skips it."""

Int64 = npt.NDArray[np.int64]


def labels(ids: Int64, ends: Int64, padded: Int64) -> Int64:
    """The token each position must predict: the next one, shape `[T]` as `ids`. The only place where labels are shifted.

    The last position of every piece, those before `ends`, has none, and the positions `padded` have none.
    """
    shifted = np.empty_like(ids)
    shifted[:-1] = ids[1:]
    shifted[ends - 1] = IGNORED
    shifted[padded] = IGNORED
    return shifted


def positions(sizes: Int64) -> Int64:
    """0, 1, ... within each segment; `sizes` are the segments' tokens, shape `[n]`, the result `[sum(sizes)]`."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1], dtype=np.int64) - np.repeat(ends - sizes, sizes)


def boundaries(sizes: Iterable[int]) -> npt.NDArray[np.int32]:
    """Where segments begin and the last one ends, shape `[n + 1]`: what flash attention calls `cu_seqlens`."""
    return np.cumsum([0, *sizes], dtype=np.int32)
