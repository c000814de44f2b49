"""The loss of a model by how far into its document a token is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mtdsl.data import Borders, Corpus
from mtdsl.data.batch import collate
from mtdsl.data.packing import Piece, Window
from mtdsl.run.evaluate import LIMIT, Mean, means
from mtdsl.run.loss import LossModel


def by_position(loss_model: LossModel, corpus: Corpus, edges: Sequence[int]) -> dict[str, Mean]:
    """The mean loss over all sources by position, in unbroken pieces of held-out documents as long as the last edge.

    Buckets run from each edge to before the next (`"0..511"`, `"512..2047"`). At most `LIMIT` tokens of each source.
    """
    held = (window for name in corpus.tables for window in _unbroken(corpus, name, edges[-1]))
    found = means(loss_model, (collate([window], corpus, edges[-1], Borders()) for window in held), edges[:-1])
    return {f"{low}..{high - 1}": mean for low, high, mean in zip(edges[:-1], edges[1:], found, strict=True)}


def _unbroken(corpus: Corpus, name: str, length: int) -> Iterator[Window]:
    """Windows that are one piece of a held-out document each, `length` tokens."""
    table = corpus.tables[name]
    pieces = (
        Piece(int(document), start, start + length)
        for document in sorted(table.validation, key=lambda document: table.hashes[document])
        for start in range(0, table.length(document) - length + 1, length)
    )
    yield from (Window(name, (piece,)) for piece, _ in zip(pieces, range(LIMIT // length), strict=False))
