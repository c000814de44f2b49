"""The files of a table: shards of tokens, each finished for good, and the index of all documents.

`000000001234.uint16` holds the tokens of the documents from number 1,234 on, one after another, little-endian, in the type that
its name ends with; `000000001234.npy` says of each where it ends in the shard, the hash of its text and the bytes of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mtdsl.data.entry import note, noted

SHARD = 1 << 26
"""Tokens that a shard holds at least, but for a last one: what a kill costs, seconds to minutes of tokenising."""
BOUNDS, HASHES = "bounds.npy", "hashes.npy"
DOCUMENT = np.dtype([("end", "<i8"), ("hash", "<u8"), ("bytes", "<i8")])

Ids = npt.NDArray[np.unsignedinteger[Any]]
Int64 = npt.NDArray[np.int64]


class Tokenised(NamedTuple):
    """A document: its tokens, a hash of its text, and how many bytes of UTF-8 the text is, 0 where there was none."""

    tokens: Ids
    hash: int
    bytes: int


class Gap(NamedTuple):
    """Documents that no finished shard holds, from `first` up to `stop`, or to the end of the source where that is None."""

    first: int
    stop: int | None


def gaps(folder: Path) -> list[Gap]:
    """What is missing of a table that is being made, ascending; the last has no end."""
    whole = noted(folder)
    found, at = [], 0
    for index in sorted(name for name in whole if _is_index(name)):
        first = int(index.partition(".")[0])
        if any(name.startswith(f"{first:012d}.uint") for name in whole):
            if first > at:
                found.append(Gap(at, first))
            at = first + len(np.load(folder / index, mmap_mode="r"))
    return [*found, Gap(at, None)]


def write(folder: Path, first: int, documents: Iterable[Tokenised], dtype: np.dtype[Any]) -> int:
    """Write documents, the first of which has the number `first`, into shards, each noted as finished; how many there are."""
    coming, written = iter(documents), 0
    while count := _shard(folder, first + written, coming, dtype):
        written += count
    return written


def _shard(folder: Path, first: int, coming: Iterator[Tokenised], dtype: np.dtype[Any]) -> int:
    """Write one shard; how many documents it holds."""
    name, index = f"{first:012d}", f"{first:012d}.npy"
    document = next(coming, None)
    if document is None:
        return 0
    end, ends, hashes, sizes = 0, array("q"), array("Q"), array("q")
    with (folder / f"{name}.{dtype.name}").open("wb") as sink:
        while document is not None:
            sink.write(document.tokens.astype(dtype.newbyteorder("<"), copy=False).data)
            end += len(document.tokens)
            ends.append(end)
            hashes.append(document.hash)
            sizes.append(document.bytes)
            document = next(coming, None) if end < SHARD else None
    rows = np.empty(len(ends), DOCUMENT)
    rows["end"], rows["hash"], rows["bytes"] = ends, hashes, sizes
    np.save(folder / index, rows)
    note(folder, f"{name}.{dtype.name}", index)
    return len(rows)


def finish(folder: Path) -> None:
    """Write the index of all documents, from those of the shards, when these are complete."""
    indexes = _indexes(folder)
    count = sum(map(len, indexes))
    bounds = np.lib.format.open_memmap(folder / BOUNDS, "w+", np.int64, (count + 1,))
    hashes = np.lib.format.open_memmap(folder / HASHES, "w+", np.uint64, (count,))
    at = 0
    for rows in indexes:
        bounds[at + 1 : at + 1 + len(rows)] = bounds[at] + rows["end"]
        hashes[at : at + len(rows)] = rows["hash"]
        at += len(rows)
    bounds.flush()
    hashes.flush()


def opened(folder: Path) -> tuple[tuple[Ids, ...], Int64, npt.NDArray[np.uint64]]:
    """The shards of a table, the bounds of its documents and the hashes of their texts, all memory-mapped."""
    files = sorted(file for file in folder.iterdir() if file.suffix.startswith(".uint"))
    shards = tuple(np.memmap(file, np.dtype(file.suffix[1:]).newbyteorder("<"), "r") for file in files)
    return shards, np.load(folder / BOUNDS, mmap_mode="r"), np.load(folder / HASHES, mmap_mode="r")


def text_bytes(folder: Path) -> int:
    """Bytes of UTF-8 that the documents of a table were; 0 where they came as tokens."""
    return sum(int(rows["bytes"].sum()) for rows in _indexes(folder))


def _indexes(folder: Path) -> list[npt.NDArray[np.void]]:
    return [np.load(file, mmap_mode="r") for file in sorted(folder.iterdir()) if _is_index(file.name)]


def _is_index(name: str) -> bool:
    return name.endswith(".npy") and name[:12].isdigit()
