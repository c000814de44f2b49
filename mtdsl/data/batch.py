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
from mtdsl.data.table import Table
from mtdsl.plan.model import Phase


@dataclass(frozen=True, slots=True)
class Borders:
    """What the borders of documents in a window mean.

    Under the mask `document` a token sees its own document only, under `none` all that stands before it. `positions` count from
    where the document begins in the window, or the window does. `eod_loss`: a document's last token predicts nothing, or,
    `learnt`, the first token of the document behind it in the window.
    """

    mask: Literal["document", "none"] = "document"
    positions: Literal["document", "window"] = "document"
    eod_loss: Literal["masked", "learnt"] = "masked"

    @staticmethod
    def of(phase: Phase) -> Borders:
        """As a phase has them."""
        return Borders(phase.mask, phase.positions, phase.eod_loss)


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


def collate(windows: Sequence[Window], corpus: Corpus, length: int, borders: Borders) -> Flat:
    """The arrays of `windows`, each `length` tokens, `T = len(windows) * length`.

    Under the mask `document` every piece of a document is a segment, and so is the padding of a window; under `none` every
    window is one. Positions begin at 0 in each piece, or in each window.
    """
    ids = np.full(len(windows) * length, corpus.pad, np.int64)
    ends: list[int] = []
    padded: list[Int64] = []
    for at, window in enumerate(windows):
        end = at * length
        table = corpus.tables[window.source]
        for piece, silent in zip(window.pieces, _silent(window, corpus, borders), strict=True):
            _fill(ids[end : end + piece.size], table, piece)
            end += piece.size
            ends += [end] * silent
        padded.append(np.arange(end, (at + 1) * length))
    shifted = labels(ids, np.array(ends, np.int64), np.concatenate(padded))
    segments = _sizes(windows, length, by_document=borders.mask == "document")
    counted = _sizes(windows, length, by_document=borders.positions == "document")
    return Flat(ids, shifted, positions(counted), boundaries(segments), int(segments.max()))


def trained(windows: Sequence[Window], corpus: Corpus, borders: Borders) -> int:
    """How many labels of `windows` are not masked, without looking at a token: all but one for each piece that ends silent."""
    return sum(
        piece.size - silent
        for window in windows
        for piece, silent in zip(window.pieces, _silent(window, corpus, borders), strict=True)
    )


def _silent(window: Window, corpus: Corpus, borders: Borders) -> Iterator[bool]:
    """Of each piece, whether its last token predicts nothing, as where a document is cut, or nothing follows in the window."""
    table = corpus.tables[window.source] if borders.eod_loss == "learnt" else None
    last = len(window.pieces) - 1
    for at, piece in enumerate(window.pieces):
        yield table is None or at == last or _cut(table, piece)


def _fill(out: Int64, table: Table, piece: Piece) -> None:
    """The tokens of a piece into `out`."""
    if piece.form is None:
        table.copy(piece.document, piece.start, out)
    else:
        out[:] = _formed(table, piece)[piece.start : piece.stop]


def _cut(table: Table, piece: Piece) -> bool:
    """Whether a piece ends before its document does."""
    length = table.length(piece.document)
    if piece.form is None:
        return piece.stop < length
    return piece.form.stop < length or piece.stop < len(_formed(table, piece))


def _formed(table: Table, piece: Piece) -> Int64:
    assert table.forms is not None
    assert piece.form is not None
    return table.forms.tokens(table, piece.document, piece.form)


def _sizes(windows: Sequence[Window], length: int, *, by_document: bool) -> Int64:
    """Tokens of each stretch of the rows: of every piece and of the padding behind it, or of every window."""
    if not by_document:
        return np.full(len(windows), length, np.int64)
    return np.array([size for window in windows for size in _pieces(window, length)], np.int64)


def _pieces(window: Window, length: int) -> Iterator[int]:
    yield from (piece.size for piece in window.pieces)
    if left := length - window.size:
        yield left
