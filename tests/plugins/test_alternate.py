"""Turns of mixtures: against the definition, for any shares."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mtdsl_mixers.alternate import Alternate

parts = st.lists(st.integers(1, 40), min_size=1, max_size=7)


def shares_of(amounts):
    return tuple(Fraction(amount, sum(amounts)) for amount in amounts)


@settings(deadline=None)
@given(parts)
def test_after_every_step_each_had_its_share_within_one(amounts):
    shares = shares_of(amounts)
    order = Alternate(shares).turns(len(shares))
    bound = 1 - Fraction(1, max(1, 2 * len(shares) - 2)) if len(shares) > 1 else Fraction(0)
    had = Counter()
    for step, turn in enumerate(3 * list(order), 1):
        had[turn] += 1
        assert all(abs(had[at] - step * share) <= bound for at, share in enumerate(shares))


@settings(deadline=None)
@given(parts)
def test_when_it_begins_again_each_had_exactly_its_share(amounts):
    shares = shares_of(amounts)
    order = Alternate(shares).turns(len(shares))
    assert [Fraction(order.count(at), len(order)) for at in range(len(shares))] == list(shares)


@given(st.integers(1, 9))
def test_equal_shares_go_round(count):
    assert list(Alternate().turns(count)) == list(range(count))


def test_the_shares_of_nemotron_3_ultra():
    order = Alternate((Fraction("0.92"), Fraction("0.08"))).turns(2)
    assert (len(order), [step for step, turn in enumerate(order) if turn]) == (25, [6, 18])


@pytest.mark.parametrize(
    ("shares", "mixtures", "said"),
    [
        (("1/2", "1/2"), 3, "3 mixtures take turns, and `shares` has 2 numbers"),
        (("1/2", "1/3"), 2, "`shares` sum to 83.3333333 %, not 100 %"),
        (("0.12345", "0.87655"), 2, "begin again after more than 10,000 steps"),
    ],
)
def test_shares_that_do_not_fit(shares, mixtures, said):
    with pytest.raises(ValueError, match=said):
        Alternate(tuple(map(Fraction, shares))).turns(mixtures)
