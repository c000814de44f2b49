from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtdsl.data.integral import UNIT, Integral, exact
from mtdsl.data.mixing import Mixing

NAMES = "abcdefgh"


def mixing(integral: Integral) -> Mixing:
    return Mixing(integral, [0] * len(integral.names), [0] * len(integral.names))


def of_rows(rows: list[list[float]], every: int = 1) -> Integral:
    """The shares of each row for `every` windows; those of the last for ever."""

    def stretch(position: int) -> tuple[dict[str, float], int | None]:
        at = min(position // every, len(rows) - 1)
        return dict(zip(NAMES, rows[at], strict=False)), None if at == len(rows) - 1 else (at + 1) * every

    return Integral(NAMES[: len(rows[0])], stretch)


def worst(rows: list[list[float]], every: int, windows: int) -> float:
    """The largest distance of any source from its integrated share at any prefix, counted window by window."""
    mixer = mixing(of_rows(rows, every))
    due, worst = [Fraction(0)] * len(rows[0]), Fraction(0)
    for position in range(windows):
        shares = [Fraction(share) for share in rows[min(position // every, len(rows) - 1)]]
        due = [owed + share / sum(shares) for owed, share in zip(due, shares, strict=True)]
        mixer.pick()
        worst = max(worst, *(abs(owed - sent) for owed, sent in zip(due, mixer.sent, strict=True)))
    return float(worst)


shares = st.lists(st.floats(0.001, 1), min_size=2, max_size=8)


@given(shares)
@settings(max_examples=40, deadline=None)
def test_standing_shares_are_kept_at_every_prefix(row: list[float]):
    assert worst([row], 1, 150) <= 1 - 1 / (2 * len(row) - 2) + 1e-9


@given(
    st.integers(2, 6).flatmap(lambda n: st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=2, max_size=30))
)
@settings(max_examples=60, deadline=None)
def test_moving_shares_are_kept_at_every_prefix(rows: list[list[float]]):
    rows = [[*row[:-1], row[-1] + 0.01] for row in rows]
    assert worst(rows, 3, 3 * len(rows) + 20) <= 1 - 1 / (2 * len(rows[0]) - 2) + 1e-9


def test_many_equal_ramps_keep_the_bound():
    """Where the largest debt first breaks it: sources that fall to nothing, one after the other."""
    rows = [[float(source >= step // 10) + 1e-6 for source in range(8)] for step in range(80)]
    assert worst(rows, 1, 200) < 1


def test_a_source_without_a_share_is_never_sent():
    mixer = mixing(of_rows([[0.7, 0.0, 0.3]]))
    assert 1 not in {mixer.pick() for _ in range(5000)}


def test_a_source_is_not_sent_before_its_share_begins():
    mixer = mixing(of_rows([[1.0, 0.0], [0.5, 0.5]], every=100))
    assert [mixer.pick() for _ in range(100)] == [0] * 100
    assert sum(mixer.pick() for _ in range(100)) == 50


def test_one_source_is_always_sent():
    mixer = mixing(of_rows([[1.0]]))
    assert [mixer.pick() for _ in range(3)] == [0, 0, 0]
    assert mixer.debts() == [0]


def test_standing_shares_are_looked_up_once():
    asked: list[int] = []

    def stretch(position: int) -> tuple[dict[str, float], int | None]:
        asked.append(position)
        return {"a": 0.999999, "b": 0.000001}, None if position else 10**12

    integral = Integral("ab", stretch)
    mixer = mixing(integral)
    for _ in range(1000):
        mixer.pick()
    assert asked == [0]
    assert integral.at(1, 10**9) == pytest.approx(1000 * UNIT, rel=1e-6)
    assert integral.reaches(1, 1000 * UNIT) == pytest.approx(10**9, rel=1e-6)


@given(shares, st.integers(0, 400))
@settings(max_examples=30, deadline=None)
def test_counts_are_all_the_state(row: list[float], windows: int):
    mixer = mixing(of_rows([row]))
    for _ in range(windows):
        mixer.pick()
    again = Mixing(of_rows([row]), [0] * len(row), list(mixer.sent))
    moved = Mixing(of_rows([row]), mixer.debts(), [0] * len(row))
    following = [mixer.pick() for _ in range(50)]
    assert [again.pick() for _ in range(50)] == following
    assert [moved.pick() for _ in range(50)] == following
    assert sum(mixer.debts()) == 0


@given(shares)
def test_shares_become_whole_numbers_that_sum_to_a_window(row: list[float]):
    whole = exact([*row, 0.0])
    assert sum(whole) == UNIT
    assert whole[-1] == 0
    assert all(abs(got - share / sum(row) * UNIT) < 2 for got, share in zip(whole, row, strict=False))


@given(shares, st.integers(1, 60))
def test_the_inverse_of_the_integral(row: list[float], amount: int):
    integral = of_rows([row, row[::-1], row], every=7)
    wanted = amount * UNIT // 3
    first = integral.reaches(0, wanted)
    assert first is not None
    assert integral.at(0, first) >= wanted > integral.at(0, first - 1)
