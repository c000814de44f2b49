"""What a packer is given and what it makes: windows of references to documents."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from mtdsl.data.order import Cursor, Order


class Piece(NamedTuple):
    """The tokens `start` up to `stop` of a document of a table."""

    document: int
    start: int
    stop: int

    @property
    def size(self) -> int:
        """Its tokens."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Window:
    """One sequence to train on: pieces of one source's documents, one after another. What they leave open is padding."""

    source: str
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> int:
        """Its real tokens."""
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Block:
    """What a packer made at one go: windows in the order they are sent, and pieces that wait for the next block."""

    windows: tuple[tuple[Piece, ...], ...]
    carried: tuple[Piece, ...] = ()


class Supply:
    """The pieces a packer draws: those that waited, oldest first, then the stream from its cursor.

    `waited` is how many pieces the block before carried on; they are drawn first. `size` is the source's training tokens.
    """

    def __init__(self, order: Order, cursor: Cursor, carried: Iterable[Piece], left: Iterable[Piece]) -> None:
        self._order = order
        self.cursor = cursor
        self.carried = deque(carried)
        self.left = deque(left)
        self.waited = len(self.carried)
        self.taken = 0

    @property
    def size(self) -> int:
        """Training tokens of the source."""
        return self._order.table.size

    @property
    def ordered(self) -> bool:
        """Whether the documents come in an order that means something, so that windows should be sent in it."""
        return self._order.table.keys is not None

    def carry(self, pieces: Iterable[Piece]) -> None:
        """Keep `pieces` for the next block, behind those that were not drawn."""
        self.carried.extend(pieces)
        self.waited = len(self.carried)

    def draw(self, most: int) -> Piece:
        """The next piece, of at most `most` tokens: a document, or as much of it as fits; what is cut off comes next."""
        if self.carried:
            return _cut(self.carried, most)
        if self.left:
            piece = _cut(self.left, most)
            self.taken += piece.size
            return piece
        document, length = self._order.document(self.cursor.epoch, self.cursor.rank)
        start = self.cursor.offset
        piece = Piece(document, start, min(length, start + most))
        self.cursor = self._order.after(self.cursor, piece.size)
        return piece


class Packing(Protocol):
    """What a packer's factory makes: a pure function, so that its state is where it began."""

    def pack(self, supply: Supply, length: int, key: int, /) -> Block:
        """Windows of at most `length` tokens out of what it draws; every piece drawn is in one of them or carried on.

        At least one window. `key` decides what is left to chance.
        """


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, those that continue one another made one again, documents in the order of their first piece."""
    by_document: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_document.setdefault(piece.document, []).append(piece)
    whole: list[Piece] = []
    for group in by_document.values():
        for piece in sorted(group):
            if whole and whole[-1].document == piece.document and whole[-1].stop == piece.start:
                whole[-1] = whole[-1]._replace(stop=piece.stop)
            else:
                whole.append(piece)
    return whole


def _cut(waiting: deque[Piece], most: int) -> Piece:
    piece = waiting.popleft()
    if piece.size <= most:
        return piece
    cut = piece.start + most
    waiting.appendleft(piece._replace(start=cut))
    return piece._replace(stop=cut)
