"""Lints of single values, on both sides of where each begins to speak."""

from __future__ import annotations

import pytest
from chained import chain

# ---- unusual-value


@pytest.mark.parametrize(
    ("value", "unusual"),
    [
        ("ema = 0.49", True),
        ("ema = 0.5", False),
        ("ema = 0", False),
        ("z_loss = 0.11", True),
        ("z_loss = 0.1", False),
        ("z_loss = [0 until 50%, 1]", True),
        ("weight_decay = 5.1", True),
        ("weight_decay = 5", False),
        ("weight_decay = 0.1 -> 10", True),
        ("optimizer = adamw(weight_decay = 10)", True),
        ("clip = 0.009", True),
        ("clip = 0.01", False),
        ("clip = 0", False),  # that is how it is switched off
        ("clip = 100", False),
        ("clip = 101", True),
    ],
)
def test_a_value_far_from_what_is_published(said, value, unusual):
    assert len(said("unusual-value", chain(f"lr = 1e-3, {value}"))) == unusual


@pytest.mark.parametrize(("rate", "unusual"), [("1", False), ("1.1", True), ("3 -> 0", True)])
def test_a_rate_without_its_exponent(said, rate, unusual):
    assert [one.labels[0].span.text for one in said("unusual-value", chain(f"lr = {rate}"))] == [rate] * unusual


# ---- value-vanishes


@pytest.mark.parametrize(
    ("first", "second", "before", "vanishes"),
    [
        ("z_loss = 1e-4", "", "", True),
        ("z_loss = 1e-4", ", z_loss = 0", "", False),
        ("z_loss = 1e-4", ", z_loss = none", "", False),
        ("z_loss = 1e-4", "", "z_loss = 1e-5\n", False),
        ("z_loss = 1e-4 -> 0", "", "", False),
        ("clip = 0.1", "", "", True),
        ("clip = 0", "", "", True),
        ("clip = 0", ", clip = none", "", False),
        ("clip = 1", "", "", False),  # what it is where nobody says
        ("weight_decay = 0.05", "", "", True),
        ("weight_decay = 0.1", "", "", False),  # what the optimizer has where nobody says
        ("ema = 0.999", "", "", False),
        ("fim = 10%", "", "", False),
    ],
)
def test_a_value_that_the_next_phase_has_not(said, first, second, before, vanishes):
    assert len(said("value-vanishes", before + chain(f"lr = 1e-3, {first}", f"lr = -> 0{second}"))) == vanishes


def test_a_phase_before_the_one_with_the_value_says_nothing(said):
    assert said("value-vanishes", chain("lr = 1e-3, clip = 1", "lr = -> 0, z_loss = 1e-4")) == []
