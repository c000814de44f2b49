"""Tests that compare one measured number with a written one, as several lints look at them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mtdsl.plan.model import Test

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Threshold(NamedTuple):
    """`loss < 1.98`: a `metric`, whether it must be `below`, and the number. Whether the number itself counts is left out."""

    metric: str
    below: bool
    value: Fraction

    def follows_from(self, other: Threshold) -> bool:
        """Whether it holds wherever `other` does: the same metric, the same side, a number that is no harder to reach."""
        if (self.metric, self.below) != (other.metric, other.below):
            return False
        return self.value >= other.value if self.below else self.value <= other.value

    def __str__(self) -> str:
        return f"{self.metric} {'<' if self.below else '>'} {float(self.value):.6g}"


def threshold(test: Test | None) -> Threshold | None:
    """The threshold that a test is; None for what is put together, or compares two things that are measured."""
    if test is None or test.op not in _MIRRORED or len(test.terms) != 2:
        return None
    op: str = test.op
    left, right = test.terms
    if left.value is not None:
        op, left, right = _MIRRORED[op], right, left
    if not left.metric or left.of or left.times != 1 or right.value is None:
        return None
    return Threshold(left.metric, op in ("<", "<="), right.value)
