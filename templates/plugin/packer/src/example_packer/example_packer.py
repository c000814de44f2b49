"""Whole documents, one window after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from mtdsl import Bound

if TYPE_CHECKING:
    from mtdsl.data.packing import Block, Piece, Supply


@dataclass(frozen=True)
class ExamplePacker:
    """Next-fit: a window takes documents as they come until one does not fit, which begins the next window.

    `windows` are made at one go, and the last document drawn waits for the next ones. A document that is longer than a window
    is cut. What a window leaves open is padding. Nothing is left to chance, so the key is not used.

    Source: next-fit as in any survey of bin packing (Johnson 1973).
    """

    windows: Annotated[int, Bound(low=1)] = 8

    def pack(self, supply: Supply, length: int, key: int) -> Block:
        """So many windows of at most `length` tokens, and the document that waits."""
        from mtdsl.data.packing import Block

        closed: list[tuple[Piece, ...]] = []
        open_: list[Piece] = []
        while True:
            piece = supply.draw(length)
            if sum(one.size for one in open_) + piece.size > length:
                closed.append(tuple(open_))
                open_ = []
                if len(closed) == self.windows:
                    return Block(tuple(closed), (piece,))
            open_.append(piece)
