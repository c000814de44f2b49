"""What the suite of schedulers says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count
from math import inf
from typing import ClassVar

import pytest
from breaking import check, passes

import mtdsl
from mtdsl.testing import SchedulerSuite

CALLS = count()


@dataclass(frozen=True)
class Endless:
    """Infinite in the middle of what grows."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return inf if at.fraction == 0.5 and at.end > at.start else at.fraction


@dataclass(frozen=True)
class Texted:
    """Gives text for what ends at 0."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction if at.end else f"{at.fraction}"


@dataclass(frozen=True)
class Short:
    """Stops at nine tenths."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return min(at.fraction, 0.9)


@dataclass(frozen=True)
class Early:
    """Begins in the middle."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return 0.5 + at.fraction / 2


@dataclass(frozen=True)
class Counting:
    """Another value each time."""

    def __call__(self, at: mtdsl.Progress) -> float:
        return at.fraction + 1e-12 * next(CALLS)


@dataclass(frozen=True)
class Refusing:
    """Never gets to the end of its way."""

    def __call__(self, at: mtdsl.Progress) -> float:
        if 0.31 < at.fraction < 0.32:
            raise ValueError("not today")
        return at.fraction


@dataclass(frozen=True)
class Ruling:
    """A rule that has no end, and refuses arrows."""

    rules: ClassVar[bool] = True

    def __call__(self, at: mtdsl.Progress) -> float:
        if not at.ruled:
            raise ValueError("it is a rule")
        return 1 - 0.5**at.fraction


def test_a_rule_needs_no_end():
    assert passes(SchedulerSuite, "test_broken_schedulers:Ruling") >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Endless", "test_it_is_finite", "a scheduler gives finite numbers", "return a float"),
        ("Texted", "test_it_is_finite", "a scheduler gives finite numbers", "return a float"),
        ("Short", "test_an_arrow_begins_and_ends_where_it_says", "begins with 0 and ends with 1", "so that it lands"),
        ("Early", "test_an_arrow_begins_and_ends_where_it_says", "begins with 0 and ends with 1", "so that it lands"),
        ("Counting", "test_it_is_pure", "a scheduler is pure", "from `at` and the parameters alone"),
        ("Refusing", "test_it_can_do_something", "it must move something", "`examples` that fit"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(SchedulerSuite, f"test_broken_schedulers:{technique}", test, rule, way_out)


def test_what_a_plan_refuses_is_said_in_its_words():
    given = {"examples": ({"by": 2},)}
    check(SchedulerSuite, "test_broken_schedulers:Short", "test_it_is_pure", "use its examples", "mend what it", **given)
