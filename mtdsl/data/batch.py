"""Windows into the arrays a model is fed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mtdsl.data.corpus import Corpus
from mtdsl.data.documents import Int64, boundaries, labels, positions
from mtdsl.data.packing import Piece, Window

Mask = Literal["document", "none"]


@dataclass(frozen=True)
class Flat:
    """Windows one after another, `T` tokens in all: `input_ids`, `labels` and `position_ids` are int64 of shape `[T]`.

    `cu_seqlens`, int32 of shape `[n + 1]`, are the bounds of the `n` segments inside which attention is causal; the
    longest has `max_length` tokens.
    """

    input_ids: Int64
    labels: Int64
    position_ids: Int64
    cu_seqlens: npt.NDArray[np.int32]
    max_length: int


def collate(windows: Sequence[Window], corpus: Corpus, length: int, mask: Mask) -> Flat:
    """The arrays of `windows`, each `length` tokens, `T = len(windows) * length`.

    Under the mask `document` every piece of a document is a segment, and so is the padding of a window; under `none` every
    window is one. Labels are the same under both.
    """
    ids = np.full(len(windows) * length, corpus.pad, np.int64)
    ends: list[int] = []
    padded: list[Int64] = []
    segments: list[int] = []
    for at, window in enumerate(windows):
        end = at * length
        table = corpus.tables[window.source]
        for piece in window.pieces:
            table.copy(piece.document, piece.start, ids[end : end + piece.size])
            end += piece.size
            ends.append(end)
        padded.append(np.arange(end, (at + 1) * length))
        segments.extend(_segments(window.pieces, length, mask))
    shifted = labels(ids, np.array(ends, np.int64), np.concatenate(padded))
    sizes = np.array(segments, np.int64)
    return Flat(ids, shifted, positions(sizes), boundaries(segments), int(sizes.max()))


def trained(windows: Sequence[Window]) -> int:
    """How many labels of `windows` are not masked, without looking at a token: one less than each piece has."""
    return sum(piece.size - 1 for window in windows for piece in window.pieces)


def _segments(pieces: Sequence[Piece], length: int, mask: Mask) -> Iterator[int]:
    if mask == "none":
        yield length
        return
    sizes = [piece.size for piece in pieces]
    yield from sizes
    if left := length - sum(sizes):
        yield left
