"""A source's tokens on disk: memory-mapped Arrow, cut into documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mtdsl.data.holdout import held_out

TOKENS, DOCUMENTS = "tokens.arrow", "documents.arrow"
BATCH = 1 << 22
"""Tokens in every record batch but the last, so that a token's batch is a division away."""

Ids = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Table:
    """The tokenised documents of one source, in the source's order.

    `ends[i]` is where document `i` ends in the concatenation of all; `hashes[i]` is a hash of its text. `held[i]` says
    that it is kept for validation and never trained on. `batches` are read-only views of the file. Where there are `keys`,
    documents are trained on with the smallest first; else they are shuffled.
    """

    batches: tuple[Ids, ...]
    ends: npt.NDArray[np.int64]
    hashes: npt.NDArray[np.uint64]
    held: npt.NDArray[np.bool_]
    keys: npt.NDArray[np.float64] | None = None

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each document begins."""
        return np.concatenate([np.zeros(1, np.int64), self.ends[:-1]])

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Tokens of each document, its bos and eos included."""
        return self.ends - self.starts

    @cached_property
    def training(self) -> npt.NDArray[np.int64]:
        """The documents that are trained on."""
        return np.flatnonzero(~self.held)

    @cached_property
    def validation(self) -> npt.NDArray[np.int64]:
        """The documents that are held out."""
        return np.flatnonzero(self.held)

    @cached_property
    def size(self) -> int:
        """Training tokens."""
        return int(self.lengths[self.training].sum())

    def copy(self, document: int, start: int, out: npt.NDArray[np.int64]) -> None:
        """Fill `out` with the tokens of `document` from its `start` on; the caller keeps within the document."""
        at = int(self.starts[document]) + start
        done = 0
        while done < len(out):
            batch, offset = divmod(at + done, BATCH)
            piece = self.batches[batch][offset : offset + len(out) - done]
            out[done : done + len(piece)] = piece
            done += len(piece)

    def tokens(self, document: int) -> npt.NDArray[np.int64]:
        """All tokens of one document."""
        out = np.empty(int(self.lengths[document]), np.int64)
        self.copy(document, 0, out)
        return out


def write(folder: Path, documents: Iterator[tuple[Ids, int]], dtype: np.dtype[Any]) -> None:
    """Write a table's two files: `documents` yields the tokens of each and the hash of its text."""
    import pyarrow as pa

    schema = pa.schema([("tokens", pa.from_numpy_dtype(dtype))])
    ends, hashes, held_back, waiting = [0], [], [np.empty(0, dtype)], 0
    with pa.OSFile(str(folder / TOKENS), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        for tokens, text_hash in documents:
            ends.append(ends[-1] + len(tokens))
            hashes.append(text_hash)
            held_back.append(tokens)
            waiting += len(tokens)
            if waiting >= BATCH:
                held_back = [_emit(writer, schema, np.concatenate(held_back))]
                waiting = len(held_back[0])
        if waiting:
            writer.write_batch(pa.record_batch([pa.array(np.concatenate(held_back))], schema=schema))
    index = pa.record_batch({"end": pa.array(ends[1:], pa.int64()), "hash": pa.array(hashes, pa.uint64())})
    with pa.OSFile(str(folder / DOCUMENTS), "wb") as sink, pa.ipc.new_file(sink, index.schema) as writer:
        writer.write_batch(index)


def _emit(writer: Any, schema: Any, tokens: Ids) -> Ids:
    import pyarrow as pa

    whole = len(tokens) // BATCH * BATCH
    for at in range(0, whole, BATCH):
        writer.write_batch(pa.record_batch([pa.array(tokens[at : at + BATCH])], schema=schema))
    return tokens[whole:].copy()


def read(folder: Path, holdout: float) -> Table:
    """The table in `folder`, memory-mapped; the share `holdout` of its documents is kept for validation."""
    import pyarrow as pa

    tokens = pa.ipc.open_file(pa.memory_map(str(folder / TOKENS)))
    batches = tuple(tokens.get_batch(at).column(0).to_numpy() for at in range(tokens.num_record_batches))
    index = pa.ipc.open_file(pa.memory_map(str(folder / DOCUMENTS))).get_batch(0)
    hashes = index.column("hash").to_numpy()
    return Table(batches, index.column("end").to_numpy(), hashes, held_out(hashes, holdout))
