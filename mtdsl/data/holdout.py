"""Which documents are kept for validation: chosen by their text alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest, number

FILE, FORMAT = "documents.npy", 1
UInt64 = npt.NDArray[np.uint64]

CHUNK = 1 << 20
"""Hashes that are looked at together."""


def held_out(hashes: UInt64, share: float) -> npt.NDArray[np.int64]:
    """The numbers of the documents to hold out, ascending, about `share` of them; no seed enters.

    Chosen by a hash of the text, so equal documents are on one side and a source that grows keeps its choice. At least
    one is held out where two differ and `share` is above 0, and at least one is always left to train on.
    """
    none = np.empty(0, np.int64)
    if share <= 0 or not len(hashes):
        return none
    lowest = min(ranks.min() for _, ranks in _ranks(hashes))
    highest = max(ranks.max() for _, ranks in _ranks(hashes))
    if lowest == highest:
        return none
    limit = np.uint64(min(int(share * 2.0**64), 2**64 - 1))
    found = (at + np.flatnonzero(((ranks < limit) | (ranks == lowest)) & (ranks != highest)) for at, ranks in _ranks(hashes))
    return np.concatenate([*found])


def kept_back(cache: Path, name: str, hashes: UInt64, share: float) -> npt.NDArray[np.int64]:
    """As `held_out`, memory-mapped and found once; `name` says of what table they are."""

    def make(folder: Path) -> None:
        np.save(folder / FILE, held_out(hashes, share))

    return np.load(ensure(cache / "holdouts" / digest(name, share, FORMAT), make) / FILE, mmap_mode="r")  # type: ignore[no-any-return]


def _ranks(hashes: UInt64) -> Iterator[tuple[int, UInt64]]:
    """Where each chunk of documents begins, and what each of them is chosen by."""
    for at in range(0, len(hashes), CHUNK):
        yield at, mixed(hashes[at : at + CHUNK] ^ np.uint64(number("holdout")))


def mixed(values: UInt64) -> UInt64:
    """SplitMix64's finalizer (Steele, Lea and Flood 2014): a bijection of 64-bit words that scatters them."""
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
