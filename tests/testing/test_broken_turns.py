"""What the suite of mixers that take turns says of each that breaks a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import pytest
from breaking import check, passes

from mtdsl.testing import TurnsSuite

CALLS = count()


@dataclass(frozen=True)
class Round:
    """One after another."""

    def turns(self, mixtures: int) -> Sequence[int]:
        return list(range(mixtures))


@dataclass(frozen=True)
class First(Round):
    """The first mixture only."""

    def turns(self, mixtures: int) -> Sequence[int]:
        return [0]


@dataclass(frozen=True)
class FromOne(Round):
    """Counts from 1."""

    def turns(self, mixtures: int) -> Sequence[int]:
        return list(range(1, mixtures + 1))


@dataclass(frozen=True)
class Turning(Round):
    """Turned around now and then."""

    def turns(self, mixtures: int) -> Sequence[int]:
        return super().turns(mixtures)[:: 1 if next(CALLS) % 2 else -1]


def test_one_that_breaks_nothing_passes():
    assert passes(TurnsSuite, "test_broken_turns:Round") >= 9


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("First", "test_every_mixture_has_its_turn", "a recipe must be able to use", "mend what it refuses"),
        ("FromOne", "test_every_mixture_has_its_turn", "a recipe must be able to use", "mend what it refuses"),
        ("Turning", "test_it_is_pure", "turns are pure", "from the parameters alone"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(TurnsSuite, f"test_broken_turns:{technique}", test, rule, way_out)
