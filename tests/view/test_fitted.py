"""Shares are rounded so that they sum to exactly 100 %."""

from fractions import Fraction as F

from hypothesis import given
from hypothesis import strategies as some

from mtdsl.diag import Source
from mtdsl.lang.format import formatted
from mtdsl.view import fitted


@given(some.lists(some.floats(1e-9, 1), min_size=2, max_size=40))
def test_they_sum_to_the_whole_and_none_is_a_hundredth_off(shares):
    named = {f"s{at}": share for at, share in enumerate(shares)}
    parts = fitted.rounded(named)
    assert sum(parts.values()) == 10_000
    whole = sum(map(F, shares))
    assert all(abs(parts.get(name, 0) - F(share) / whole * 10_000) < 1 + F(1, 10**6) for name, share in named.items())
    written = [F(fitted.percent(part).removesuffix("%")) for part in parts.values()]
    assert sum(written) == 100


def test_a_block_is_laid_out_as_fmt_does():
    text = fitted.block("better", fitted.rounded({"web": 2, "code_all": 1, "none": 0}), ["From a table", "by hand."])
    assert text == "# From a table\n# by hand.\nmix better {\n    web      = 66.67%\n    code_all = 33.33%\n}\n"
    assert formatted(Source("x", "recipe r\n" + text))[0] == "recipe r\n" + text
