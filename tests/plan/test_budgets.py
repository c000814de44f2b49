"""Budgets, batches and windows: what a phase trains on, in whole steps."""

from __future__ import annotations

import pytest

from mtdsl.plan.model import Run
from mtdsl.plan.steps import sequences, step_at, tokens_before

REST = "context = 512, lr = 1e-3, mix = a"


def phase_of(plan, text):
    return plan(f"phase p {{ {text} }}\n").phases[0]


@pytest.mark.parametrize(
    ("budget", "steps", "tokens"),
    [("tokens = 10_000", 2, 16_384), ("tokens = 16_384", 2, 16_384), ("steps = 3", 3, 24_576), ("tokens = 1M", 123, 1_007_616)],
)
def test_the_last_step_is_whole(plan, budget, steps, tokens):
    phase = phase_of(plan, f"{budget}, batch = 16 x 512, {REST}")
    assert (phase.steps, phase.tokens) == (steps, tokens)


@pytest.mark.parametrize(("window", "steps"), [("512", 7), ("1k", 7)])
def test_sequences_are_windows_and_steps_the_fewest_that_reach_them(plan, window, steps):
    made = plan(f"phase p {{ sequences = 100, batch = 16 x {window}, context = {window}, lr = 1e-3, mix = a }}")
    phase = made.phases[0]
    assert (phase.steps, phase.asked.unit, phase.asked.amount) == (steps, "sequences", 100)


def test_a_batch_that_moves_reaches_the_sequences_asked_for_in_the_fewest_steps(plan):
    phase = phase_of(plan, f"sequences = 1_000, batch = 4 x 512 -> 16 x 512 over 200_000 tokens, {REST}")
    fed = [sequences(phase, step) for step in range(phase.steps)]
    assert sum(fed) >= 1_000 > sum(fed[:-1])


def test_a_schedule_of_the_batch_runs_over_sequences_and_tokens(plan):
    text = """
    context = 512
    mix = a
    phase one { sequences = 100, lr = 1e-3 }
    phase two { tokens = 51_200, lr = -> 0 }
    schedule batch over one -> two = 4 x 512 -> 16 x 512
    flow one -> two
    """
    one, two = plan(text).phases
    fed = [sequences(one, step) for step in range(one.steps)]
    assert sum(fed) >= 100 > sum(fed[:-1])
    assert sequences(two, 0) > 9  # half-way from 4 to 16, where `two` begins


def test_epochs_count_the_declared_size_of_all_sources(plan):
    text = """
    data big { source = text(path = "x"), tokens = 1M }
    data small { source = text(path = "y"), tokens = 48_576 }
    phase p { epochs = 2, batch = 1 x 1k, context = 1k, lr = 1e-3, mix = natural(big, small) }
    """
    assert plan(text).phases[0].steps == 2048


def test_tokens_a_step_are_rounded_to_whole_sequences_of_each_window(plan):
    text = """
    batch = 10_000 tokens
    lr = 1e-3
    mix = a
    phase one { steps = 2, context = 512 }
    phase two { steps = 2, context = -> 2k by yarn(factor = 4) }
    flow one -> two
    """
    made = plan(text)
    assert [phase.batch.runs for phase in made.phases] == [(Run(2, 20),), (Run(2, 5),)]


def test_a_ramp_takes_each_step_at_the_size_it_has_where_the_step_begins(plan):
    phase = phase_of(plan, f"tokens = 1M, batch = 4 x 512 -> 16 x 512 over 500_000 tokens, {REST}")
    at, steps = 0, []
    while at < 1_000_000:
        steps.append(round(4 + 12 * min(1, at / 500_000)))
        at += steps[-1] * 512
    assert [sequences(phase, step) for step in range(phase.steps)] == steps
    assert phase.tokens == at


def test_steps_and_tokens_are_inverse(plan):
    phase = phase_of(plan, f"tokens = 300_000, batch = 2 x 512 -> 9 x 512 over 200_000 tokens, {REST}")
    for step in range(phase.steps):
        begin, end = tokens_before(phase, step), tokens_before(phase, step + 1)
        assert step_at(phase, begin) == step_at(phase, end - 1) == step
    assert tokens_before(phase, phase.steps) == phase.tokens


def test_a_phase_of_no_steps_trains_nothing_and_still_moves_the_window(plan):
    text = f"""
    phase train {{ steps = 2, batch = 1 x 512, {REST} }}
    phase serve {{ steps = 0, context = -> 2k by yarn(factor = 4) }}
    flow train -> serve
    """
    serve = plan(text).phases[1]
    assert (serve.tokens, serve.batch, serve.lr, serve.mix) == (0, None, None, None)
    assert (serve.context.start, serve.context.end, serve.context.extender.name) == (512, 2048, "yarn")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (f"batch = 1 x 512, {REST}", "no-budget"),
        (f"tokens = 1M, steps = 2, batch = 1 x 512, {REST}", "two-budgets"),
        (f"tokens = 5 steps, batch = 1 x 512, {REST}", "unit-mismatch"),
        (f"steps = 10k, batch = 1 x 512, {REST}", "unit-mismatch"),
        (f"steps = 2, batch = 1 x 1k, {REST}", "batch-not-window"),
        (f"steps = 2, batch = 16, {REST}", "unit-mismatch"),
        (f"steps = 2, {REST}", "missing-attribute"),
        ("steps = 2, batch = 1 x 512, lr = 1e-3, mix = a", "no-context"),
        ("steps = 2, batch = 1 x 512, context = 1M, lr = 1e-3, mix = a", "window-decimal"),
        ("steps = 2, batch = 1 x 512, context = 512 tokens, lr = 1e-3, mix = a", "unit-mismatch"),
        (f"epochs = 2, batch = 1 x 512, {REST}", "size-unknown"),
        (f"steps = 2, batch = 1 x 512, {REST}, optimiser = adamw", "unknown-key"),
        (f"steps = 2, batch = 1 x 512, {REST}, loss_mask = prompt", "unknown-key"),
    ],
)
def test_what_does_not_fit_is_named(wrong, text, id):
    assert wrong(f"phase p {{ {text} }}\n").id == id


@pytest.mark.parametrize(
    ("second", "id"),
    [
        ("context = 2k", "flow-gap"),
        ("context = 1k -> 2k by yarn(factor = 2)", "flow-gap"),
        ("context = -> 2k", "no-extender"),
        ("context = -> 128 by rope(theta = 1M)", "rope-shrinks"),
        ("context = -> 512 by yarn(factor = 1)", "context-applied-twice"),
        ("context = -> 2k by yarm(factor = 4)", "unknown-plugin"),
        ("context = [512, 2k]", "context-inside"),
    ],
)
def test_windows_that_do_not_follow(wrong, second, id):
    text = f"""
    phase one {{ steps = 2, batch = 1 x 512, {REST} }}
    phase two {{ steps = 2, batch = 512 tokens, lr = 1e-3, mix = a, {second} }}
    flow one -> two
    """
    assert wrong(text).id == id


def test_a_stated_extender_that_is_in_force_already_changes_nothing(plan):
    text = """
    phase one { steps = 2, batch = 1 x 512, context = 512 by rope(theta = 50_000), lr = 1e-3, mix = a }
    phase two like one { steps = 3 }
    flow one -> two
    """
    first, second = plan(text).phases
    assert first.context.extender.params == {"theta": 50_000, "layers": None, "local": None}
    assert second.context.extender is None


def test_a_budget_that_is_worked_out_is_the_next_whole_number(plan):
    made = plan(
        "context = 256\nbatch = 4 x 256\nlr = 1e-3\nmix = a\nphase one { steps = 33 }\n"
        "phase two { tokens = 10% * one.tokens }\nphase three { steps = 10% * one.steps }\nflow one -> two -> three\n"
    )
    assert [(phase.asked.amount, phase.steps) for phase in made.phases] == [(33, 33), (3380, 4), (4, 4)]


def test_none_leaves_out_the_budget_of_the_top_level_too(wrong):
    rest = "context = 256, batch = 4 x 256, lr = 1e-3, mix = a"
    found = wrong(f"tokens = 50_000\nphase one {{ tokens = none, {rest} }}\n")
    assert found.id == "no-budget"


def test_a_batch_that_was_forgotten_is_offered_with_the_tokens_of_the_parents(wrong):
    """A step then keeps its tokens, whatever the window becomes."""
    body = "phase p { steps = 4, batch = 64 x 256, context = 256, lr = 1e-3, mix = a }\n"
    body += "phase q { steps = 4, context = -> 2k by yarn, lr = -> 0, mix = a }\nflow p -> q\n"
    assert wrong(body).help == "write `batch = 8 x 2k`"
