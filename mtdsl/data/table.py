"""A source's tokens, cut into documents: memory-mapped, so that what is opened costs the same whatever its size."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mtdsl.data.shards import Ids, opened

if TYPE_CHECKING:
    from mtdsl.data.forms import Forms

Int64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """The tokenised documents of one source, in the source's order.

    In the concatenation of `shards`, document `i` is the tokens from `bounds[i]` to `bounds[i + 1]`; `hashes[i]` is a hash of
    its text. `validation` are the numbers of the documents that are held out and never trained on, ascending. All are
    read-only views of files. Where there are `keys`, documents are trained on with the smallest first; else they are shuffled.
    `forms` are its documents as they are rewritten, None where no phase of the plan does that.
    """

    shards: tuple[Ids, ...]
    bounds: Int64
    hashes: npt.NDArray[np.uint64]
    validation: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    keys: npt.NDArray[np.float64] | None = None
    forms: Forms | None = None

    @property
    def documents(self) -> int:
        """How many there are, those held out included."""
        return len(self.bounds) - 1

    @property
    def total(self) -> int:
        """Tokens of all documents, those held out included."""
        return int(self.bounds[-1])

    @property
    def trained(self) -> int:
        """Documents that are trained on."""
        return self.documents - len(self.validation)

    @cached_property
    def size(self) -> int:
        """Training tokens."""
        return self.total - int(self.lengths(self.validation).sum())

    def training(self, ranks: Int64) -> Int64:
        """The documents that are trained on, by their ranks among those, which count from 0."""
        return ranks + np.searchsorted(self._before, ranks, side="right")

    def length(self, document: int) -> int:
        """Tokens of a document, its bos and eos included."""
        return int(self.bounds[document + 1]) - int(self.bounds[document])

    def lengths(self, documents: Int64) -> Int64:
        """Tokens of each of these documents, bos and eos included."""
        found: Int64 = self.bounds[documents + 1] - self.bounds[documents]
        return found

    def copy(self, document: int, start: int, out: npt.NDArray[np.int64]) -> None:
        """Fill `out` with the tokens of `document` from its `start` on; the caller keeps within the document."""
        at = int(self.bounds[document]) + start
        shard = bisect_right(self._firsts, at) - 1
        offset = at - self._firsts[shard]
        out[:] = self.shards[shard][offset : offset + len(out)]

    def tokens(self, document: int) -> npt.NDArray[np.int64]:
        """All tokens of one document."""
        out = np.empty(self.length(document), np.int64)
        self.copy(document, 0, out)
        return out

    @cached_property
    def _firsts(self) -> list[int]:
        """Where each shard begins in the concatenation of all. No document lies in two."""
        return [0, *np.cumsum([len(shard) for shard in self.shards]).tolist()][:-1]

    @cached_property
    def _before(self) -> Int64:
        """Of each document that is held out, how many that are not stand before it."""
        return self.validation - np.arange(len(self.validation))


def read(folder: Path) -> Table:
    """The table in `folder`; no document of it is held out."""
    return Table(*opened(folder))
