"""Lints of single values, on both sides of where each begins to speak."""

from __future__ import annotations

import pytest

REST = "batch = 1 x 256, context = 256, mix = a"


def chain(first, second=None):
    text = f"phase one {{ steps = 100, {REST}, lr = 1e-3, {first} }}\n"
    return text if second is None else text + f"phase two {{ steps = 100, {REST}, lr = -> 0{second} }}\nflow one -> two\n"


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
    assert len(said("unusual-value", chain(value))) == unusual


@pytest.mark.parametrize(("rate", "unusual"), [("1", False), ("1.1", True), ("3 -> 0", True)])
def test_a_rate_without_its_exponent(said, rate, unusual):
    text = f"phase one {{ steps = 100, {REST}, lr = {rate} }}\n"
    assert [one.labels[0].span.text for one in said("unusual-value", text)] == [rate] * unusual


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
    assert len(said("value-vanishes", before + chain(first, second))) == vanishes


def test_a_phase_before_the_one_with_the_value_says_nothing(said):
    assert said("value-vanishes", chain("clip = 1", ", z_loss = 1e-4")) == []


# ---- batch-too-large


@pytest.mark.parametrize(
    ("batch", "large"),
    [("1_000_000 x 1000", False), ("1_000_001 x 1000", True), ("1000 x 1000 -> 1_000_001 x 1000 over 5 steps", True)],
)
def test_more_than_a_billion_tokens_a_step(said, batch, large):
    text = f"phase one {{ steps = 20, batch = {batch}, context = 1000, mix = a, lr = 1e-3 }}\n"
    assert len(said("batch-too-large", text)) == large


# ---- merge-of-one, ladder-in-a-list


@pytest.mark.parametrize(("value", "one"), [("one", True), ("one.last(2, every = 10 steps)", False)])
def test_a_merge_of_one_checkpoint(said, value, one):
    text = chain("seed = 1") + f"merge soup = average({value})\nflow one -> soup\n"
    assert len(said("merge-of-one", text)) == one


@pytest.mark.parametrize(
    ("windows", "behind", "told"),
    [
        ("[512, 1k]", "", True),
        ("[1k, 512]", "", False),
        ("512 -> 1k", "", False),
        ("[512]", "", False),
        (
            "[512, 1k]",
            "phase more for n in [512, 1k] { steps = 10, batch = 1 x n, mix = b, lr = -> 0 }\nflow long -> more\n",
            False,
        ),
    ],
)
def test_windows_that_rise_from_branch_to_branch(said, windows, behind, told):
    window = "batch = 1 x n, context = -> n by rope(theta = 1M)"
    ladder = f"phase long for n in {windows} {{ steps = 50, {window}, mix = b, lr = 1e-3 }}\n"
    found = said("ladder-in-a-list", chain("seed = 1") + ladder + "flow one -> long\n" + behind)
    assert [(one.severity, one.help) for one in found] == [
        ("note", "one model through all windows is written with arrows: `in 512 -> 1k`")
    ] * told
