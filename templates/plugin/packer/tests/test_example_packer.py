"""The suite that mtdsl's own packers pass, and two windows that were packed by hand."""

from __future__ import annotations

from collections import deque

from example_packer.example_packer import ExamplePacker

from mtdsl.data.packing import Piece
from mtdsl.testing import PackerSuite


class TestExamplePacker(PackerSuite):
    """No token is lost or doubled, and windows are as full as it promises."""

    technique = "example_packer"
    examples = ({}, {"windows": 1})
    full = 0.6


class Listed:
    """A supply of documents of these sizes."""

    def __init__(self, *sizes: int) -> None:
        self.left = deque(Piece(at, 0, size) for at, size in enumerate(sizes))

    def draw(self, most: int) -> Piece:
        """The next one; all of them fit."""
        return self.left.popleft()


def test_two_windows() -> None:
    """3 + 4 of 8, then 6 since 6 does not fit behind 7, then 5 does not fit behind 6 and waits."""
    block = ExamplePacker(windows=2).pack(Listed(3, 4, 6, 5), 8, 0)  # type: ignore[arg-type]
    assert [[piece.size for piece in window] for window in block.windows] == [[3, 4], [6]]
    assert [piece.size for piece in block.carried] == [5]
