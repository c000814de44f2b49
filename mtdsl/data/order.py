"""In which order a stream goes through the documents of its source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mtdsl.data.holdout import mixed
from mtdsl.data.keys import number
from mtdsl.data.permutation import Permutation
from mtdsl.data.table import Table

CHUNK = 1024
"""Ranks looked up at a time: one call of numpy for many documents."""


class Cursor(NamedTuple):
    """A place in a stream: the epoch, the document's rank in that epoch's order, and the token inside it."""

    epoch: int
    rank: int
    offset: int


START = Cursor(0, 0, 0)
"""The first token of a stream."""


class Order:
    """The training documents of a table, each epoch in another order, both decided by `seed`.

    Under a table's keys every epoch begins again with the smallest; documents of one key are shuffled among themselves, each
    epoch anew.
    """

    def __init__(self, table: Table, seed: int) -> None:
        self.table = table
        self.seed = seed
        self._chunk: tuple[int, int] = (-1, -1)
        self._documents: list[int] = []
        self._lengths: list[int] = []
        self._sorted: tuple[int, npt.NDArray[np.int64]] = (-1, np.empty(0, np.int64))

    def document(self, epoch: int, rank: int) -> tuple[int, int]:
        """The document at a rank of an epoch, and its length in tokens."""
        chunk, at = divmod(rank, CHUNK)
        if (epoch, chunk) != self._chunk:
            self._load(epoch, chunk)
        return self._documents[at], self._lengths[at]

    def after(self, cursor: Cursor, tokens: int) -> Cursor:
        """The place `tokens` further on, which must not lie past the end of the cursor's document."""
        _, length = self.document(cursor.epoch, cursor.rank)
        if cursor.offset + tokens < length:
            return cursor._replace(offset=cursor.offset + tokens)
        last = cursor.rank + 1 == self.table.trained
        return Cursor(cursor.epoch + 1, 0, 0) if last else Cursor(cursor.epoch, cursor.rank + 1, 0)

    def _load(self, epoch: int, chunk: int) -> None:
        keys, count = self.table.keys, self.table.trained
        ranks = np.arange(chunk * CHUNK, min((chunk + 1) * CHUNK, count))
        if keys is None:
            documents = self.table.training(Permutation(count, self.seed, epoch)(ranks))
        else:
            documents = self._by(keys, epoch)[ranks]
        self._chunk = (epoch, chunk)
        self._documents = documents.tolist()
        self._lengths = self.table.lengths(documents).tolist()

    def _by(self, keys: npt.NDArray[np.float64], epoch: int) -> npt.NDArray[np.int64]:
        """The documents of an epoch by their keys, and those of one key by a hash."""
        if self._sorted[0] != epoch:
            training = self.table.training(np.arange(self.table.trained))
            ties = mixed(training.astype(np.uint64) ^ np.uint64(number(self.seed, epoch, "ties")))
            self._sorted = (epoch, training[np.lexsort((ties, keys[training]))])
        return self._sorted[1]
