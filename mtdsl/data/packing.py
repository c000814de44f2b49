"""What a packer is given and what it makes: windows of references to documents."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from mtdsl.data.forms import Form, Forming
from mtdsl.data.order import Cursor, Order


class Piece(NamedTuple):
    """The tokens `start` up to `stop` of a document of a table, or of that document in a `form` in which it is rewritten."""

    document: int
    start: int
    stop: int
    form: Form | None = None

    @property
    def size(self) -> int:
        """Its tokens."""
        return self.stop - self.start

    def state(self) -> list[Any]:
        """As JSON."""
        return [*self[:3], *([list(self.form)] if self.form else ())]

    @staticmethod
    def of(state: Sequence[Any]) -> Piece:
        """What `state` wrote."""
        return Piece(*state[:3], *(Form(*form) for form in state[3:]))


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
    `forming` says which documents of the stream are rewritten. What is left of one that is cut waits, and comes next.
    """

    def __init__(
        self,
        order: Order,
        cursor: Cursor,
        carried: Iterable[Piece],
        left: Iterable[Piece],
        forming: Forming | None = None,
    ) -> None:
        self._order = order
        self.forming = forming
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
        if self.forming is not None and (found := self.forming.form(document, self.cursor, length, most)):
            return self._formed(document, *found, most)
        start = self.cursor.offset
        piece = Piece(document, start, min(length, start + most))
        self.cursor = self._order.after(self.cursor, piece.size)
        return piece

    def _formed(self, document: int, form: Form, size: int, most: int) -> Piece:
        self.cursor = self._order.after(self.cursor, form.stop - form.start)
        self.carried.append(Piece(document, 0, size, form))
        return _cut(self.carried, most)


class Packing(Protocol):
    """What a packer's factory makes: a pure function, so that its state is where it began."""

    def pack(self, supply: Supply, length: int, key: int, /) -> Block:
        """Windows of at most `length` tokens out of what it draws; every piece drawn is in one of them or carried on.

        At least one window. `key` decides what is left to chance.
        """


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, those that continue one another made one again, documents in the order of their first piece."""
    by_document: dict[tuple[int, Form | None], list[Piece]] = {}
    for piece in pieces:
        by_document.setdefault((piece.document, piece.form), []).append(piece)
    whole: list[Piece] = []
    for group in by_document.values():
        for piece in sorted(group):
            if whole and whole[-1][::3] == piece[::3] and whole[-1].stop == piece.start:
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
