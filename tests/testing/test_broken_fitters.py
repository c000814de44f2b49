"""What the suite of fitters says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count

import pytest
from breaking import check, passes

from mtdsl.testing import FitterSuite

CALLS = count()


@dataclass(frozen=True)
class Best:
    """The best run."""

    def least(self, sources):
        return 1

    def fit(self, proxies, seed):
        return Nearest(proxies)


@dataclass(frozen=True)
class Nearest:
    runs: object

    def predict(self, shares):
        def away(mixture, run):
            return sum((a - b) ** 2 for a, b in zip(mixture, run, strict=True))

        rows = list(zip(self.runs.shares, self.runs.targets, strict=True))
        return [min(rows, key=lambda row: away(mixture, row[0]))[1] for mixture in shares]

    def best(self, search):
        return min(zip(self.runs.targets, self.runs.shares, strict=True))[1]


@dataclass(frozen=True)
class Fewer(Best):
    """Needs fewer runs of more sources."""

    def least(self, sources):
        return 100 - sources


@dataclass(frozen=True)
class Half(Best):
    """Proposes shares that sum to a half."""

    def fit(self, proxies, seed):
        return Halved(proxies)


@dataclass(frozen=True)
class Halved(Nearest):
    def best(self, search):
        return [share / 2 for share in super().best(search)]


@dataclass(frozen=True)
class Worst(Best):
    """Proposes the worst run."""

    def fit(self, proxies, seed):
        return Highest(proxies)


@dataclass(frozen=True)
class Highest(Nearest):
    def best(self, search):
        return max(zip(self.runs.targets, self.runs.shares, strict=True))[1]


@dataclass(frozen=True)
class Drawing(Best):
    """Proposes another mixture whenever it is asked."""

    def fit(self, proxies, seed):
        return Drawn(proxies)


@dataclass(frozen=True)
class Drawn(Nearest):
    def best(self, search):
        return sorted(zip(self.runs.targets, self.runs.shares, strict=True))[next(CALLS) % 3][1]


def test_one_that_breaks_nothing_passes():
    assert passes(FitterSuite, "test_broken_fitters:Best") >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Fewer", "test_it_says_how_many_runs_it_needs", "more sources need no fewer runs", "a whole number"),
        ("Half", "test_what_it_proposes_is_a_mixture", "sum to one", "divided by their sum"),
        ("Worst", "test_it_takes_its_mixture_for_better", "better than the prior", "least predicted target"),
        ("Drawing", "test_it_is_pure", "a fitter is pure", "a generator of the `seed`"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(FitterSuite, f"test_broken_fitters:{technique}", test, rule, way_out)
