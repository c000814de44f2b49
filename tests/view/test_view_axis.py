from math import isclose, sqrt

from hypothesis import given
from hypothesis import strategies as st

from mtdsl.view import axis

COLUMNS = st.lists(st.tuples(st.integers(0, 10**13), st.floats(1, 100)), min_size=1, max_size=12)


@given(COLUMNS, st.floats(50, 2000))
def test_widths_fill_the_axis_and_none_is_below_its_minimum(columns, total):
    tokens, least = [tokens for tokens, _ in columns], [least for _, least in columns]
    widths = axis.spread(tokens, least, total)
    assert all(width >= low * (1 - 1e-9) for width, low in zip(widths, least, strict=True))
    if any(tokens):
        assert isclose(sum(widths), max(total, sum(least)), rel_tol=1e-9)
    grown = {
        round(width / sqrt(amount), 9)
        for width, amount, low in zip(widths, tokens, least, strict=True)
        if width > low * (1 + 1e-6)
    }
    assert len({value for value in grown if not isclose(value, max(grown), rel_tol=1e-3)}) == 0


def test_a_phase_of_50_billion_shows_beside_one_of_8_trillion():
    long, short = axis.spread([8 * 10**12, 50 * 10**9], [5, 5], 100)
    assert isclose(long / short, sqrt(160))


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20), st.integers(20, 120))
def test_bands_hold_every_column_once_and_fit(least, total):
    found = axis.bands(least, total)
    assert [index for band in found for index in band] == list(range(len(least)))
    assert all(sum(least[index] for index in band) <= total or len(band) == 1 for band in found)
