"""What must hold of a packer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

from mtdsl.testing.rules import broken
from mtdsl.testing.subject import Subject
from mtdsl.testing.technique import TechniqueSuite

if TYPE_CHECKING:
    from mtdsl.data.packing import Block, Piece, Supply

DOCUMENTS, BLOCKS = 3000, 4


class PackerSuite(TechniqueSuite):
    """Every token that is drawn is sent once or carried on, windows are as full as `full` says, and a key decides chance.

    It packs 3,000 documents, most of them shorter than a window and some longer, into windows of 64 and 512 tokens.
    """

    kind: ClassVar[str] = "packer"
    full: ClassVar[float] = 0.9
    """The share of real tokens that windows have at least, over some blocks."""

    lengths: ClassVar[tuple[int, ...]] = (64, 512)
    """The windows, in tokens."""

    def test_no_token_is_lost_or_doubled(self) -> None:
        """What is in the windows, or waits for the next block, is what was drawn."""
        for subject, length in self._windows():
            supply = Counted()
            for key in range(BLOCKS):
                supply.drawn.clear()
                block = _packed(subject, supply, length, key)
                sent = [piece for window in block.windows for piece in window]
                drawn, found = _tokens(supply.drawn), _tokens([*sent, *block.carried])
                if drawn != found:
                    lost, doubled = (drawn - found).total(), (found - drawn).total()
                    way_out = "put every piece that `draw` gives into one window, or into `carried`"
                    said = f"loses {lost:,} tokens and has {doubled:,} too often in windows of {length}"
                    broken(subject.title, said, "no token is lost or doubled", way_out)
                supply.made.carry(block.carried)

    def test_windows_are_no_longer_than_they_may_be(self) -> None:
        """A block has a window at least, none is empty, and none is longer than asked."""
        for subject, length in self._windows():
            supply = Counted()
            for key in range(BLOCKS):
                block = _packed(subject, supply, length, key)
                sizes = [sum(piece.size for piece in window) for window in block.windows]
                if not sizes or min(sizes) < 1 or max(sizes) > length:
                    found = f"makes windows of {sorted(set(sizes))[:3]} to {max(sizes, default=0)} tokens"
                    way_out = f"draw what fits: `supply.draw(most)` cuts a document at `most` of {length} tokens"
                    broken(subject.title, found, f"windows have 1 to {length} tokens, and a block has one", way_out)
                supply.made.carry(block.carried)

    def test_windows_are_as_full_as_promised(self) -> None:
        """Over some blocks, real tokens are the share `full` of all places at least."""
        for subject, length in self._windows():
            supply, real, places = Counted(), 0, 0
            for key in range(BLOCKS):
                block = _packed(subject, supply, length, key)
                real += sum(piece.size for window in block.windows for piece in window)
                places += length * len(block.windows)
                supply.made.carry(block.carried)
            if real < self.full * places:
                found = f"fills {real / places:.1%} of windows of {length} tokens"
                way_out = "fill them better, or say in the suite what it promises: `full = 0.5`"
                broken(subject.title, found, f"the suite says {self.full:.1%}", way_out)

    def test_it_is_pure_in_its_key(self) -> None:
        """The same documents and the same key give the same block."""
        for subject, length in self._windows():
            first, second = (_packed(subject, Counted(), length, 7) for _ in range(2))
            if first != second:
                way_out = "derive what is left to chance from `key`: `mtdsl.data.keys.number(key, at)`"
                broken(subject.title, "makes another block when asked again", "a packer is pure in its key", way_out)

    def _windows(self) -> Iterator[tuple[Subject, int]]:
        for subject in self.subjects():
            for length in self.lengths:
                yield subject, length


class Counted:
    """A supply of documents, and the pieces that were drawn of it."""

    def __init__(self) -> None:
        import numpy as np

        from mtdsl.data.order import START, Order
        from mtdsl.data.packing import Supply
        from mtdsl.data.table import Table

        random = Random(0)
        bounds = np.cumsum([0, *(int(random.lognormvariate(4, 1)) % 700 + 1 for _ in range(DOCUMENTS))])
        tokens, numbers = np.arange(bounds[-1], dtype=np.uint32), np.arange(DOCUMENTS, dtype=np.uint64)
        self.drawn: list[Piece] = []
        self.made: Supply = Supply(Order(Table((tokens,), bounds, numbers), 0), START, (), ())
        self._draw, self.made.draw = self.made.draw, self.draw  # type: ignore[method-assign]

    def draw(self, most: int) -> Piece:
        """The next piece."""
        self.drawn.append(self._draw(most))
        return self.drawn[-1]


def _packed(subject: Subject, supply: Counted, length: int, key: int) -> Block:
    packing: Any = subject.made()
    block: Block = packing.pack(supply.made, length, key)
    return block


def _tokens(pieces: list[Piece]) -> Counter[tuple[int, int]]:
    return Counter((piece.document, at) for piece in pieces for at in range(piece.start, piece.stop))
