"""What the suite of extenders says of each that breaks a rule."""

from dataclasses import dataclass
from itertools import count
from math import nan

import pytest
from breaking import check, passes

from mtdsl.testing import ExtenderSuite

CALLS = count()


@dataclass(frozen=True)
class Based:
    """A base four times as large."""

    def rope_parameters(self, before, old, new):
        return {**before, "rope_type": "default", "rope_theta": before["rope_theta"] * 4}

    def inv_freq(self, parameters, head_dim):
        return [parameters["rope_theta"] ** (-index / head_dim) for index in range(0, head_dim, 2)], 1.0


@dataclass(frozen=True)
class Overwriting(Based):
    """Writes into the model's parameters."""

    def rope_parameters(self, before, old, new):
        before["rope_theta"] *= 4
        return before


@dataclass(frozen=True)
class Drawing(Based):
    """Another base each time."""

    def rope_parameters(self, before, old, new):
        return {**before, "rope_theta": before["rope_theta"] + next(CALLS)}


@dataclass(frozen=True)
class Tupled(Based):
    """Gives a tuple, which is read back as a list."""

    def rope_parameters(self, before, old, new):
        return {**super().rope_parameters(before, old, new), "sections": (1, 2)}


@dataclass(frozen=True)
class Undefined(Based):
    """One frequency is no number."""

    def inv_freq(self, parameters, head_dim):
        return [nan, *super().inv_freq(parameters, head_dim)[0][1:]], 1.0


@dataclass(frozen=True)
class Doubled(Based):
    """A frequency for every dimension."""

    def inv_freq(self, parameters, head_dim):
        return super().inv_freq(parameters, 2 * head_dim)


@dataclass(frozen=True)
class Other(Based):
    """Its closed form is that of another base."""

    def inv_freq(self, parameters, head_dim):
        return super().inv_freq({"rope_theta": 2 * parameters["rope_theta"]}, head_dim)


def test_one_that_breaks_nothing_passes():
    assert passes(ExtenderSuite, "test_broken_extenders:Based") >= 11


@pytest.mark.parametrize(
    ("technique", "test", "rule", "way_out"),
    [
        ("Overwriting", "test_it_is_pure", "what it is given must stay as it is", "{**before, ...}"),
        ("Drawing", "test_it_is_pure", "an extender is pure", "from `before`, the two windows"),
        ("Tupled", "test_it_is_pure", "`rope_parameters` are JSON", "take lists"),
        ("Undefined", "test_frequencies_are_finite", "up to 16 finite frequencies", "a division by 0"),
        ("Doubled", "test_frequencies_are_finite", "up to 16 finite frequencies", "a division by 0"),
        ("Other", "test_the_built_model_has_its_frequencies", "has the frequencies of `inv_freq`", "mend the closed form"),
    ],
)
def test_a_broken_rule_is_said(technique, test, rule, way_out):
    check(ExtenderSuite, f"test_broken_extenders:{technique}", test, rule, way_out)
