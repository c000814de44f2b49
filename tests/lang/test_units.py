"""Which dimensions go together in arithmetic, and what comes out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mtdsl.diag import Source, Span
from mtdsl.diag.mistake import Mistake
from mtdsl.lang.units import Quantity, common, divide, multiply

HERE = Span(Source("r.mtr", "x"), 0, 1)


def of(dimension, value=6):
    return Quantity(Fraction(value), dimension, HERE)


@pytest.mark.parametrize(
    ("work", "left", "right", "made"),
    [
        (multiply, "steps", "tokens", "tokens"),
        (multiply, "length", "steps", "tokens"),
        (multiply, "length", "number", "length"),
        (divide, "tokens", "steps", "tokens"),
        (divide, "tokens", "length", "number"),
        (divide, "tokens", "tokens", "number"),
        (divide, "rate", "rate", "number"),
        (divide, "rate", "number", "number"),
        (divide, "rate", "share", "rate"),
        (multiply, "rate", "number", "rate"),
        (multiply, "share", "rate", "rate"),
    ],
)
def test_what_has_a_meaning(work, left, right, made):
    found = work(of(left), of(right, 2), HERE)
    assert (found.dimension, found.value) == (made, 12 if work is multiply else 3)


@pytest.mark.parametrize("other", ["rate", "number"])
def test_a_plain_number_goes_with_a_rate_unless_it_counts(other):
    assert common(of("rate"), of(other), HERE) == common(of(other), of("rate"), HERE) == "rate"
    billion = Quantity(Fraction(10**9), "number", HERE, scaled=True)
    with pytest.raises(Mistake):
        common(of("rate"), billion, HERE)


def test_a_share_of_a_plain_number_is_one_too():
    part = multiply(of("number"), of("share"), HERE)
    assert (part.dimension, common(part, of("rate"), HERE)) == ("share", "rate")
    assert not of("share").is_rate


@pytest.mark.parametrize(("left", "right"), [("tokens", "length"), ("length", "tokens")])
def test_a_length_is_a_number_of_tokens(left, right):
    assert common(of(left), of(right), HERE) == "tokens"


@pytest.mark.parametrize(
    ("work", "left", "right"),
    [
        (multiply, "tokens", "tokens"),
        (multiply, "steps", "steps"),
        (divide, "steps", "tokens"),
        (divide, "length", "steps"),
        (common, "steps", "tokens"),
        (common, "share", "tokens"),
        (common, "rate", "share"),
        (common, "steps", "rate"),
        (multiply, "rate", "rate"),
        (multiply, "rate", "tokens"),
    ],
)
def test_what_has_none(work, left, right):
    with pytest.raises(Mistake) as refused:
        work(of(left), of(right), HERE)
    assert refused.value.diagnostic.id == "unit-mismatch"
