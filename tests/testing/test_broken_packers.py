"""What the suite of packers says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count

import pytest
from breaking import check, passes

from mtdsl.testing import PackerSuite

CALLS = count()


@dataclass(frozen=True)
class Full:
    """One window, full."""

    def pack(self, supply, length, key):
        from mtdsl.data.packing import Block

        return Block((self.window(supply, length),))

    def window(self, supply, length):
        pieces, left = [], length
        while left:
            pieces.append(supply.draw(left))
            left -= pieces[-1].size
        return tuple(pieces)


@dataclass(frozen=True)
class Losing(Full):
    """Draws a document too many."""

    def pack(self, supply, length, key):
        block = super().pack(supply, length, key)
        supply.draw(length)
        return block


@dataclass(frozen=True)
class Doubling(Full):
    """Sends a window twice."""

    def pack(self, supply, length, key):
        from mtdsl.data.packing import Block

        return Block(super().pack(supply, length, key).windows * 2)


@dataclass(frozen=True)
class Long(Full):
    """Twice as long as it may be."""

    def window(self, supply, length):
        return super().window(supply, 2 * length)


@dataclass(frozen=True)
class Empty(Full):
    """No window at all."""

    def pack(self, supply, length, key):
        from mtdsl.data.packing import Block

        return Block(())


@dataclass(frozen=True)
class Sparse(Full):
    """Fills a half."""

    def window(self, supply, length):
        return super().window(supply, length // 2)


@dataclass(frozen=True)
class Drawing(Full):
    """Turns a window around now and then."""

    def window(self, supply, length):
        return super().window(supply, length)[:: 1 if next(CALLS) % 2 else -1]


def test_one_that_breaks_nothing_passes():
    assert passes(PackerSuite, "test_broken_packers:Full", full=1.0) >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Losing", "test_no_token_is_lost_or_doubled", "no token is lost or doubled", "into `carried`"),
        ("Doubling", "test_no_token_is_lost_or_doubled", "no token is lost or doubled", "into one window"),
        ("Long", "test_windows_are_no_longer_than_they_may_be", "windows have 1 to 64 tokens", "draw what fits"),
        ("Empty", "test_windows_are_no_longer_than_they_may_be", "a block has one", "draw what fits"),
        ("Sparse", "test_windows_are_as_full_as_promised", "the suite says 90.0%", "`full = 0.5`"),
        ("Drawing", "test_it_is_pure_in_its_key", "a packer is pure in its key", "mtdsl.data.keys.number"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(PackerSuite, f"test_broken_packers:{technique}", test, rule, way_out)
