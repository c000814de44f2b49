"""Documents one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.data.packing import Block, Piece, Supply


@dataclass(frozen=True)
class Concat:
    """Fills every window; a document that does not fit is cut at the window's end and goes on in the next."""

    def pack(self, supply: Supply, length: int, key: int) -> Block:
        """One window, full."""
        from mtdsl.data.packing import Block

        pieces: list[Piece] = []
        left = length
        while left:
            piece = supply.draw(left)
            pieces.append(piece)
            left -= piece.size
        return Block((tuple(pieces),))
