"""Held-out documents as windows: what a model is measured on and never trained on."""

from __future__ import annotations

import numpy as np

from mtdsl.data.corpus import Corpus
from mtdsl.data.packing import Piece, Window
from mtdsl.data.table import Table


def windows(corpus: Corpus, name: str, length: int, limit_tokens: int) -> list[Window]:
    """The held-out documents of a source, one after another, in windows of `length` tokens; at most `limit_tokens` of text.

    The same for every phase and seed. Empty where the source is too small to hold anything out. The last window may be
    open at its end.
    """
    table = corpus.tables[name]
    filled: list[Window] = []
    pieces: list[Piece] = []
    room, left = length, limit_tokens
    for document in _shuffled(table):
        start, stop = 0, min(table.length(document), left)
        left -= stop
        while start < stop:
            pieces.append(Piece(document, start, min(stop, start + room)))
            start, room = pieces[-1].stop, room - pieces[-1].size
            if not room:
                filled.append(Window(name, tuple(pieces)))
                pieces, room = [], length
    return [*filled, Window(name, tuple(pieces))] if pieces else filled


def _shuffled(table: Table) -> list[int]:
    """By their hashes: a limit then takes a fair sample, whatever the source is sorted by."""
    found = table.validation[np.argsort(table.hashes[table.validation], kind="stable")]
    return [int(document) for document in found]
