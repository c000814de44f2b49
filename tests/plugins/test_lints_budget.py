"""Lints of budgets and batches, on both sides of where each begins to speak."""

from __future__ import annotations

import chained
import pytest
from chained import chain

REST = f"{chained.REST}, lr = 1e-3"

# ---- budget-out-of-line


@pytest.mark.parametrize(("middle", "far"), [(10, True), (11, False)])
def test_a_budget_ten_times_its_neighbour_and_the_same_as_another_is_out_of_line(said, middle, far):
    text = chain(f"{{ steps = 100, {REST} }}", f"{{ steps = {middle}, {REST} }}", "like one { mix = b }")
    found = said("budget-out-of-line", text)
    assert [one.labels[0].span.text for one in found] == ["three"] * far  # it was copied, so that is where to mend it


def test_a_budget_that_nobody_else_has_is_meant(said):
    text = chain(f"{{ steps = 100, {REST} }}", f"{{ steps = 10, {REST} }}", f"{{ steps = 101, {REST} }}")
    assert said("budget-out-of-line", text) == []


def test_members_of_one_family_share_a_budget_and_are_not_out_of_line(said):
    members = f"phase long for order in [1, 2] {{ steps = 1000, {REST}, seed = order }}\n"
    text = chain(f"{{ steps = 10, {REST} }}") + members + "flow one -> long\ntransition one -> long { data = fresh }\n"
    assert said("budget-out-of-line", text) == []


@pytest.mark.parametrize(
    ("second", "left_over"),
    [
        ("like one { lr = -> 0 }", True),
        ("like one { lr = -> 4.9e-4 }", True),
        ("like one { lr = -> 5e-4 }", False),
        ("like one { lr = -> 0, steps = 100 }", False),
        ("like one { mix = b }", False),
        ("like one { context = -> 512 by rope(theta = 1M), batch = 1 x 512 }", True),
        (f"{{ steps = 100, {REST.replace('1e-3', '-> 0')} }}", False),
    ],
)
def test_a_decay_or_a_longer_window_with_the_copied_budget_of_its_trunk(said, second, left_over):
    found = said("budget-out-of-line", chain(f"{{ steps = 100, {REST} }}", second))
    assert [one.labels[0].span.text for one in found] == ["two"] * left_over
    assert all("`steps = 100`" in one.help for one in found)


def test_a_rung_as_long_as_the_rung_before_it_is_meant(said):
    rung = f"{{ steps = 50, {REST.replace('= 256', '= -> 512 by rope(theta = 1M)')} }}".replace("1 x 256", "1 x 512")
    text = chain(
        f"{{ steps = 100, {REST} }}", rung, "like two { context = -> 1k by rope(theta = 2M), batch = 1 x 1k, lr = -> 0 }"
    )
    assert said("budget-out-of-line", text) == []


@pytest.mark.parametrize(
    ("steps", "lr", "edge", "far"),
    [
        (100, "1e-3 -> 0", "lr = restart", True),
        (99, "1e-3 -> 0", "lr = restart", False),
        (100, "1.1e-3 -> 0", "lr = restart", False),
        (100, "-> 0", "", False),
    ],
)
def test_ten_times_the_decay_before_it_at_no_higher_rate(said, steps, lr, edge, far):
    decay = f"{{ steps = 10, {REST.replace('1e-3', '-> 0' if edge else '1e-3')} }}"
    last = f"phase three {{ steps = {steps}, {REST.replace('1e-3', lr)} }}\nflow two -> three\n"
    last += f"transition two -> three {{ {edge} }}\n" if edge else ""
    assert len(said("budget-out-of-line", chain(f"{{ steps = 50, {REST} }}", decay) + last)) == far


# ---- steps


@pytest.mark.parametrize(("budget", "few"), [("tokens = 2304", True), ("tokens = 2305", False), ("steps = 9", False)])
def test_fewer_than_ten_steps_are_few_unless_they_are_written(said, budget, few):
    assert len(said("too-few-steps", chain(f"{{ {budget}, {REST} }}"))) == few


@pytest.mark.parametrize(("budget", "few"), [("tokens = 9728", True), ("tokens = 9729", False), ("steps = 19", False)])
def test_fewer_than_twenty_steps_are_few_for_a_longer_window(said, budget, few):
    longer = REST.replace("1 x 256", "1 x 512").replace("= 256", "= -> 512 by rope(theta = 1M)")
    found = said("too-few-steps", chain(f"{{ steps = 100, {REST} }}", f"{{ {budget}, {longer} }}"))
    assert [one.message for one in found] == [
        "`two` takes 19 steps to learn its longer window: 9,728 tokens at 512 a step"
    ] * few


@pytest.mark.parametrize(
    ("before", "budget", "few"),
    [
        ("25_344_000", "tokens = 25344", True),  # 99 steps of 256, and a thousand times that
        ("25_343_999", "tokens = 25344", False),
        ("25_600_000", "tokens = 25345", False),
        ("25_344_000", "steps = 99", False),
    ],
)
def test_fewer_than_a_hundred_steps_are_few_behind_a_thousand_times_as_many_tokens(said, before, budget, few):
    start = f'start base {{ weights = "somebody/base", tokens = {before}, context = 256, lr = 1e-3 }}\n'
    found = said("too-few-steps", f"{start}phase one {{ {budget}, {REST} }}\nflow base -> one\n")
    assert [one.message for one in found] == ["`one` takes 99 steps behind 25.3M tokens: 25,344 tokens at 256 a step"] * few


@pytest.mark.parametrize(
    ("written", "wrong"), [("99_999_999", False), ("100_000_000", True), ("2M", True), ("2M steps", False)]
)
def test_steps_that_read_like_tokens(said, written, wrong):
    found = said("steps-look-like-tokens", chain(f"{{ steps = {written}, {REST} }}"))
    assert len(found) == wrong
    assert not found or found[0].fix.changes[0].replacement == "tokens"


# ---- batches


@pytest.mark.parametrize(
    ("batch", "severity"), [("25_500 tokens", "note"), ("1000 tokens", "warning"), ("25_600 tokens", None), ("3 x 256", None)]
)
def test_a_batch_that_is_no_whole_windows_is_told_of(said, batch, severity):
    found = said("batch-not-whole", chain(f"{{ steps = 10, batch = {batch}, context = 256, mix = a, lr = 1e-3 }}"))
    assert [one.severity for one in found] == [severity] * (severity is not None)


@pytest.mark.parametrize(
    ("batch", "lr", "edge", "grew"),
    [
        ("20 x 256", "1e-3", "", True),
        ("19 x 256", "1e-3", "", False),
        ("40 x 256", "-> 0", "", True),
        ("20 x 256", "1e-3", "lr = restart", False),
        ("20 x 256", "[-> 2e-3 over 10 steps, 2e-3]", "", False),
        ("10 x 256 -> 40 x 256 over 50 steps", "1e-3", "", False),
        ("79 x 256", "[-> 2e-3 over 10 steps, 2e-3]", "", False),
        ("80 x 256", "[-> 2e-3 over 10 steps, 2e-3]", "", True),
        ("79 x 256", "1e-3", "lr = restart", False),
        ("80 x 256", "1e-3", "lr = restart", True),
        ("80 x 256", "2e-3", "lr = restart", False),
    ],
)
def test_twice_the_batch_at_the_same_rate(said, batch, lr, edge, grew):
    first = "{ steps = 100, batch = 10 x 256, context = 256, mix = a, lr = 1e-3 }"
    text = chain(first, f"{{ steps = 100, batch = {batch}, mix = a, lr = {lr} }}", edge=edge)
    assert len(said("batch-grew-lr-did-not", text)) == grew


@pytest.mark.parametrize(
    ("batch", "lr", "edge", "fell"),
    [
        ("10 x 256", "1e-3", "", True),
        ("11 x 256", "1e-3", "", False),
        ("10 x 256", "-> 0", "", False),
        ("10 x 256", "1e-3", "lr = restart", False),
        ("6 x 256", "-> 0", "", False),
        ("5 x 256", "-> 0", "", True),
    ],
)
def test_a_quarter_of_the_batch_at_the_same_rate(said, batch, lr, edge, fell):
    first = "{ steps = 100, batch = 40 x 256, context = 256, mix = a, lr = 1e-3 }"
    found = said("batch-fell-lr-did-not", chain(first, f"{{ steps = 100, batch = {batch}, mix = a, lr = {lr} }}", edge=edge))
    assert len(found) == fell


def test_the_rate_that_suits_a_quarter_of_the_batch(said):
    first = "{ steps = 100, batch = 40 x 256, context = 256, mix = a, lr = 1e-3 }"
    (found,) = said("batch-fell-lr-did-not", chain(first, "{ steps = 100, batch = 10 x 256, mix = a, lr = 1e-3 }"))
    assert "`lr = 5e-4`" in found.help


def test_a_batch_in_sequences_of_another_window_is_compared_in_tokens(said):
    """`512 x 4k`, then `8 x 32k`: an eighth, whatever the rate does."""
    first = "{ steps = 100, batch = 512 x 256, context = 256, mix = a, lr = 1e-3 }"
    second = "{ steps = 100, batch = BATCH x 2k, context = -> 2k by yarn(factor = 8), mix = a, lr = -> 0 }"
    (found,) = said("batch-fell-lr-did-not", chain(first, second.replace("BATCH", "8")))
    assert "8 times as many" in found.message
    assert said("batch-fell-lr-did-not", chain(first, second.replace("BATCH", "9"))) == []


def test_the_batch_before_an_edge_is_that_of_the_point_it_leaves(said):
    first = "{ steps = 100, batch = [10 x 256 until 50 steps, 20 x 256], context = 256, mix = a, lr = 1e-3 }"
    text = chain(first, "{ steps = 100, batch = 20 x 256, mix = a, lr = 1e-3 }")
    assert said("batch-grew-lr-did-not", text) == []
    assert len(said("batch-grew-lr-did-not", text.replace("flow one", "flow one.at(30 steps)"))) == 1


@pytest.mark.parametrize(
    ("batch", "context", "changes"),
    [("8 x 2k", "-> 2k by rope(theta = 1M)", True), ("1 x 2k", "-> 2k by rope(theta = 1M)", False), ("8 x 256", "256", False)],
)
def test_a_window_that_grows_with_the_sequences_kept(said, batch, context, changes):
    first = "{ steps = 100, batch = 8 x 256, context = 256, mix = a, lr = 1e-3 }"
    found = said(
        "batch-tokens-change", chain(first, f"{{ steps = 100, batch = {batch}, context = {context}, mix = a, lr = 1e-3 }}")
    )
    assert [one.help for one in found] == ["`1 x 2k` keeps the tokens of a step"] * changes


def test_the_batch_that_keeps_the_tokens_can_be_written_where_the_line_is_the_phases_own(said):
    first = "{ steps = 100, batch = 8 x 256, context = 256, mix = a, lr = 1e-3 }"
    window = "context = -> 2k by rope(theta = 1M), mix = a, lr = 1e-3"
    found = said("batch-tokens-change", chain(first, f"{{ steps = 100, batch = 8 x 2k, {window} }}"))[0]
    assert [(change.span.text, change.replacement) for change in found.fix.changes] == [("8 x 2k", "1 x 2k")]
    assert not found.fix.safe
    ladder = f"phase two for n in 2k -> 4k {{ steps = 100, batch = 8 x n, {window.replace('-> 2k', '-> n')} }}\n"
    found = said("batch-tokens-change", chain(first) + ladder + "flow one -> two\n")
    assert [one.fix for one in found] == [None]


@pytest.mark.parametrize(
    ("batch", "large"),
    [("1_000_000 x 1000", False), ("1_000_001 x 1000", True), ("1000 x 1000 -> 1_000_001 x 1000 over 5 steps", True)],
)
def test_more_than_a_billion_tokens_a_step(said, batch, large):
    text = f"phase one {{ steps = 20, batch = {batch}, context = 1000, mix = a, lr = 1e-3 }}\n"
    assert len(said("batch-too-large", text)) == large


# ---- coupling-has-no-effect


@pytest.mark.parametrize(
    ("batch", "coupling", "count"),
    [
        ("1 x 256", "sqrt", 1),
        ("1 x 256", "none", 0),
        ("1 x 256 -> 2 x 256", "sqrt", 0),
        ("[1 x 256 over 50 steps, 2 x 256]", "linear", 0),
    ],
)
def test_a_rate_that_follows_a_batch_which_stands(said, batch, coupling, count):
    text = chain(f"{{ steps = 100, batch = {batch}, context = 256, mix = a, lr = 1e-3, coupling = {coupling} }}")
    assert len(said("coupling-has-no-effect", text)) == count


def test_a_coupling_for_all_phases_is_meant_for_those_whose_batch_moves(said):
    assert said("coupling-has-no-effect", "coupling = sqrt\n" + chain("lr = 1e-3")) == []
