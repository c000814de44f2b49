"""A keyed shuffle that any position can be asked of, without ever making the list."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mtdsl.data.holdout import mixed
from mtdsl.data.keys import number

ROUNDS = 8

Words = npt.NDArray[np.uint64]


class Permutation:
    """A bijection of 0 .. `size` - 1: a balanced Feistel network on the next even number of bits, with cycle walking.

    Results outside the range are sent through again until they fall inside (Black and Rogaway 2002, section 4): at most
    four times on average. Cost of a position does not depend on `size`.
    """

    def __init__(self, size: int, *key: object) -> None:
        self.size = size
        self._half = np.uint64(max(1, ((size - 1).bit_length() + 1) // 2))
        self._mask = np.uint64((1 << int(self._half)) - 1)
        self._keys = [np.uint64(number(*key, "feistel", at)) for at in range(ROUNDS)]

    def __call__(self, ranks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """What stands at `ranks`, each of them in 0 .. size - 1."""
        values = self._network(ranks.astype(np.uint64))
        outside = np.flatnonzero(values >= self.size)
        while len(outside):
            values[outside] = self._network(values[outside])
            outside = outside[values[outside] >= self.size]
        return values.astype(np.int64)

    def _network(self, values: Words) -> Words:
        left, right = values >> self._half, values & self._mask
        for key in self._keys:
            left, right = right, left ^ (mixed(right ^ key) & self._mask)
        return (left << self._half) | right
