"""How well a fitter predicts what it has not seen: against scipy's own rank correlation, and by hand."""

from dataclasses import dataclass
from random import Random

import pytest

from mtdsl.data.heldout import check_enough, measured
from mtdsl.diag import Refusal
from mtdsl.registry import Proxies


@dataclass(frozen=True)
class Knowing:
    """Knows only the runs that it was given: says 0 of all others."""

    def least(self, sources):
        return 4

    def fit(self, proxies, seed):
        return Remembered(dict(zip(proxies.shares, proxies.targets, strict=True)))


@dataclass(frozen=True)
class Remembered:
    known: dict

    def predict(self, shares):
        return [self.known.get(row, 0.0) for row in shares]


@dataclass(frozen=True)
class Line:
    """Predicts of every run its first share, with some noise."""

    noise: float

    def fit(self, proxies, seed):
        return self

    def predict(self, shares):
        return [row[0] + self.noise * Random(row[0]).random() for row in shares]


def runs(count):
    shares = [at / count for at in range(count)]
    return Proxies(("a", "b"), tuple((one, 1 - one) for one in shares), tuple((one,) for one in shares))


def test_no_run_is_predicted_by_a_fit_that_has_seen_it():
    assert measured(Knowing(), runs(11), 0).rank == 0  # all are predicted as 0


def test_what_is_known_exactly():
    found = measured(Line(0.0), runs(12), 0)
    assert (found.rank, found.r2) == pytest.approx((1, 1))


def test_the_rank_correlation_is_scipys():
    stats = pytest.importorskip("scipy.stats", reason="needs mtdsl[fit]")
    proxies, line = runs(40), Line(1.0)
    found = measured(line, proxies, 3)
    seen = line.predict(proxies.shares)
    assert found.rank == pytest.approx(stats.spearmanr(seen, proxies.targets).statistic)
    mean = sum(proxies.targets) / 40
    missed = sum((a - b) ** 2 for a, b in zip(seen, proxies.targets, strict=True))
    assert found.r2 == pytest.approx(1 - missed / sum((b - mean) ** 2 for b in proxies.targets))


def test_four_fifths_have_to_be_enough():
    check_enough(Knowing(), runs(5), "knowing")
    with pytest.raises(Refusal, match="`knowing` needs 5 small runs of 2 sources, a fifth of them held out; here are 4"):
        check_enough(Knowing(), runs(4), "knowing")
