"""Whole documents, each where it leaves the least room."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.data.packing import Block, Piece, Supply

WINDOWS = 256
"""Windows of text in a block: enough that little stays open, few enough that a block is soon made again."""
CARRIED = 20
"""One bin in so many may wait for the next block."""
FULL = 100
"""A bin that leaves less than one part in so many open is not worth waiting for."""


@dataclass(frozen=True)
class BestFit:
    """Best-fit decreasing (Ding et al. 2024, arXiv:2404.10830) by block: documents are not cut, unless longer than a window.

    The emptiest bins of a block (one in twenty at most) wait for the next, once: no document waits for longer. The other
    bins are sent in an order decided by the key, since decreasing sizes would send long documents first; where the source is
    read in an order that means something, by the earliest document in each.
    """

    def pack(self, supply: Supply, length: int, key: int) -> Block:
        """A block of windows. Small sources have small blocks, so that a document does not meet itself."""
        from mtdsl.data.keys import number
        from mtdsl.data.packing import Block

        waited = supply.waited
        pieces = drawn(supply, length * min(WINDOWS, max(1, supply.size // length)), length)
        bins = best_fit_decreasing([piece.size for piece in pieces], length)
        rooms = [length - sum(pieces[at].size for at in content) for content in bins]
        open_bins = [at for at, content in enumerate(bins) if rooms[at] * FULL > length and min(content) >= waited]
        most = -(-len(bins) // CARRIED) if len(bins) > 1 else 0
        late = set(sorted(open_bins, key=lambda at: (-rooms[at], at))[:most])
        early = (lambda at: min(bins[at])) if supply.ordered else (lambda at: number(key, at))
        sent = sorted((at for at in range(len(bins)) if at not in late), key=early)
        carried = sorted(index for at in late for index in bins[at])
        windows = (tuple(pieces[index] for index in sorted(bins[at])) for at in sent)
        return Block(tuple(windows), tuple(pieces[index] for index in carried))


def drawn(supply: Supply, tokens: int, length: int) -> list[Piece]:
    """Pieces of at most `length` tokens, at least `tokens` together."""
    pieces: list[Piece] = []
    while tokens > 0:
        pieces.append(supply.draw(length))
        tokens -= pieces[-1].size
    return pieces


def best_fit_decreasing(sizes: Sequence[int], capacity: int) -> list[list[int]]:
    """Bins of indices into `sizes`: the largest first, each into the fullest bin that still holds it, else a new one."""
    bins: list[list[int]] = []
    rooms: list[tuple[int, int]] = []
    for index in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)):
        at = bisect_left(rooms, (sizes[index], 0))
        room, chosen = rooms.pop(at) if at < len(rooms) else (capacity, len(bins))
        if chosen == len(bins):
            bins.append([])
        bins[chosen].append(index)
        if room > sizes[index]:
            insort(rooms, (room - sizes[index], chosen))
    return bins
