"""A test reads as it was written, whatever its digits."""

from fractions import Fraction

import pytest

from mtdsl.plan.model import Term, Test
from mtdsl.view import phrases


@pytest.mark.parametrize(
    ("value", "said"),
    [("1.98765432", "loss < 1.98765432"), ("0.95", "loss < 0.95"), ("2", "loss < 2"), ("0.00000123456", "loss < 1.23456e-06")],
)
def test_every_digit_of_a_threshold(value, said):
    assert phrases.test(Test("<", (Term(metric="loss"), Term(value=Fraction(value))))) == said


def test_every_digit_of_a_multiple():
    term = Term(metric="basic", of="short", times=Fraction("0.987654321"))
    assert phrases.test(Test(">=", (Term(metric="basic"), term))) == "basic >= 0.987654321 x short.basic"
