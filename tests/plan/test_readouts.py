"""What a `check` may ask of a plan, and what it says of what is not known."""

from __future__ import annotations

import pytest

CHAIN = """
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data a = text(path = "a.txt")
data b { tokens = 1B }
data c { tokens = 2B }
start base { weights = "folder", context = 256, tokens = 1B }
phase p {
    steps        = 1000
    batch        = 16 x 256 -> 32 x 256 over 2M
    lr           = 2e-4 -> 0
    warmup       = 10 steps
    mix          = 50% * b + 50% * c -> b over 100%
    weight_decay = 0.1 -> 0.2
}
phase q for order in [1, 2, 3] {
    steps   = 10
    batch   = 16 x 512
    context = -> 512 by rope(theta = 20_000)
    lr      = 1e-4
    mix     = natural(b, c)
    seed    = order
}
transition p -> q { lr = restart, data = fresh }
merge soup = average(q)
eval held = loss([b], every = 1M)
flow base -> p -> q -> soup
"""
HEAD = "recipe toy\n"


@pytest.fixture
def holds(plan):
    """Whether a check holds."""
    return lambda test: plan(CHAIN + f"check {test}\n", head=HEAD).checks[0].holds


@pytest.mark.parametrize(
    "test",
    [
        "p.steps == 1000 steps and q[1].steps == 10 steps",
        "q.members == 3 and q[2].members == 1",
        "p.tokens < 8_000_000 tokens and p.tokens > 7M",
        "p.seen == p.tokens + base.tokens and q[1].seen == p.seen + q[1].tokens",
        "soup.spent - p.spent == 3 * q[1].tokens",
        "p.lr.start == 2e-4 and p.lr.end == 0",
        "p.lr.at(50% * p.tokens) < 1.01e-4 and p.lr.at(500 steps) > 0.9e-4 and p.lr.at(50%) == p.lr.at(500 steps)",
        "p.warmup_steps == 10 steps and q[1].warmup_steps == 0",
        "p.batch.tokens == 4096 tokens and p.batch.start.tokens == p.batch.tokens",
        "p.batch.end.tokens == 8192 tokens and p.batch.end.sequences == 32 and p.batch.start.sequences == 16",
        "p.batch.sequences.at(100%) == 32 and p.batch.tokens.at(1 steps) == 4096",
        "p.context.end == 256 and q[1].context.start == 256 and q[1].context.end == 512",
        "p.mix.b == 100% and p.mix.end.c == 0% and p.mix.start.b == 50%",
        "p.mix.c.at(50% * p.tokens) > 24.9% and p.mix.c.at(50% * p.tokens) < 25.1%",
        "p.mix.a == 0%",
        "q[1].mix.b > 33% and q[1].mix.b < 34%",
        "p.weight_decay.start == 0.1 and p.weight_decay.end == 0.2 and p.weight_decay.at(50% * p.tokens) > 0.149",
        "b.size == 1B and c.size / b.size == 2",
        "b.tokens + c.tokens > p.tokens and b.tokens < p.tokens",
        "b.epochs > 0.005 and b.epochs < 0.007",
        "q[1].weight_decay == 0.1 and q[1].weight_decay.at(50%) == 0.1 and p.optimizer.weight_decay.end == 0.2",
        "p.clip == 1 and p.clip.end == 1 and q[1].z_loss == 0 and q[1].lr == 1e-4 and p.optimizer.beta2 == 0.95",
        "p.asked.amount == 1000 steps and p.lr.warmup.tokens == p.lr.warmup.steps * p.batch.tokens",
        "q[1].context.extender.theta == 20_000 and q[1].batch.length == 512 and q[2].seed == 2",
        "q[1].origin == p.seen and q[1].origin == 1B + p.tokens",
        "totals.tokens == p.tokens + 3 * q[1].tokens and totals.steps == 1030 steps and totals.flops < 1e13",
        "model.layers == 1 and tokenizer.vocab == 300 and b.holdout == 1% and b.repeat == 1",
        "held.every == 1M tokens and soup.context == 512 and base.context == 256 and base.tokens == 1B tokens",
        "not p.tokens > 8M",
        "(p.tokens > 8M or p.steps == 1000 steps) and not (p.tokens > 8M and p.steps == 1000 steps)",
    ],
)
def test_it_holds(holds, test):
    assert holds(test) is True


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ("a.size > 1B", None),
        ("base.lr.end > 0", None),
        ("not a.size > 1B", None),
        ("a.epochs < 4 and p.tokens > 7M", None),
        ("a.epochs < 4 or p.tokens > 7M", True),
        ("b.documents > 3", None),
        ("a.longest > 4k", None),
    ],
)
def test_what_is_not_known_is_said(found, test, holds):
    plan, diagnostics = found(CHAIN + f"check {test}\n", head=HEAD)
    assert plan.checks[0].holds is holds
    assert [one.id for one in diagnostics if one.severity == "note"] == ([] if holds else ["check-unknown"])


@pytest.mark.parametrize(
    ("test", "id", "says"),
    [
        ('p.tokens > 8M "too little"', "check-failed", "too little"),
        ("a.size > 1B and p.tokens > 8M", "check-failed", "does not hold"),
        ("p.tokens > 10 steps", "unit-mismatch", "do not go together"),
        ("p.lr.end > 10 steps + 1 tokens", "unit-mismatch", "do not go together"),
        ("p.context.end == 10 steps", "unit-mismatch", "do not go together"),
        ("p.lr == 0", "not-a-number", "`p.lr` is no number"),
        ("p.batch == 4096", "not-a-number", "`p.batch` is no number"),
        ("p.mask == 1", "not-a-number", "it is `document`"),
        ("p.optimizer == 1", "not-a-number", "`p.optimizer` is no number"),
        ("q[1].context.extender.thta == 1", "unknown-name", "a node has no `context.extender.thta`"),
        ("totals.flps < 1", "unknown-name", "`totals` has no `flps`"),
        ("total.flops < 1", "unknown-name", "there is no name `total`"),
        ("tokenizer.vocab < 1", "check-failed", "does not hold"),
        ("p.rate.end == 0", "unknown-name", "a node has no `rate.end`"),
        ("p.mix.web == 0%", "unknown-name", "no source `web`"),
        ("p.zloss.end > 0", "unknown-name", "a node has no `zloss.end`"),
        ("soup.lr.at(50%) == 0", "at-past-end", "`soup` trains nothing"),
        ("p.lr.at(2000 steps) == 0", "at-past-end", "is not inside"),
        ("p.steps.at(50%) == 0", "unknown-name", "a node has no `steps`"),
        ("b.docs > 3", "unknown-name", "a source has no `docs`"),
        ("p.tokens", "not-a-test", "a comparison"),
    ],
)
def test_what_cannot_be_asked(wrong, test, id, says):
    found = wrong(CHAIN + f"check {test}\n", head=HEAD)
    assert (found.id, says in found.message) == (id, True), found.message


def test_the_values_of_a_check_are_shown(wrong):
    found = wrong(CHAIN + "check p.batch.end.tokens == 4096 and p.steps == 1000 steps\n", head=HEAD)
    assert [(label.span.text, label.message) for label in found.labels] == [("p.batch.end.tokens", "8,192 tokens")]


def test_only_a_check_may_ask_what_the_plan_takes(wrong):
    assert wrong(CHAIN.replace("steps        = 1000", "tokens       = b.tokens"), head=HEAD).id == "value-cycle"


def test_a_size_may_be_a_budget(plan):
    made = plan(CHAIN.replace("steps        = 1000", "tokens       = b.size / 100"), head=HEAD)
    assert made.phase("p").asked.amount == 10**7


def test_a_mixture_that_moves_over_a_path_begins_each_phase_with_what_it_has_become(plan):
    made = plan(
        """
        data w { tokens = 1T }
        data m { tokens = 1T }
        phase one { steps = 100, batch = 16 x 256, context = 256, lr = 1e-3 }
        phase two { steps = 100, batch = 16 x 256, lr = 1e-3 }
        flow one -> two
        schedule mix over one -> two = w -> m over 200 steps
        check one.mix.start.w == 100% and one.mix.end.w == 50%
        check two.mix.start.w == 50% and two.mix.start.m == 50% and two.mix.end.w == 0%
        """
    )
    assert all(check.holds for check in made.checks)


def test_a_check_says_nothing_of_what_was_told_as_an_error(found):
    text = "phase q { epochs = 1, batch = 1 x 256, context = 256, lr = 1e-3, mix = w }\ncheck q.tokens > 7M\n"
    plan, told = found(f'data w = text(path = "w.txt")\n{text}', head=HEAD)
    assert (plan, [one.id for one in told]) == (None, ["size-unknown"])
    assert told[0].help == "declare it: data w { tokens = ... }, or run `mtdsl lock`"
    _, told = found(f"data w {{ documents = 7 }}\n{text}", head=HEAD)
    assert told[0].help == "declare it: data w { tokens = ... }"


def test_what_a_check_lacks_is_said_at_the_check(found):
    _, told = found(CHAIN + "let passes = a.epochs * 2\ncheck passes < 4\n", head=HEAD)
    (note,) = [one for one in told if one.id == "check-unknown"]
    assert [label.span.text for label in note.labels] == ["passes < 4", "a.epochs"]


def test_totals_are_a_most_where_a_phase_may_end_early(found):
    chain = CHAIN.replace("seed    = order", "seed    = order\n    stop    = loss < 1")
    plan, told = found(chain + "check totals.tokens > 7M\ncheck totals.tokens < 9M\n", head=HEAD)
    assert [check.holds for check in plan.checks] == [None, True]
    assert "may end before the end of its budget" in next(one.message for one in told if one.id == "check-unknown")


def test_totals_may_be_asked_by_checks_only(wrong):
    assert wrong(CHAIN.replace("steps        = 1000", "tokens       = totals.tokens"), head=HEAD).id == "value-cycle"


def test_a_phase_that_is_called_totals_is_asked_itself(plan):
    renamed = CHAIN.replace("phase p ", "phase totals ").replace("p -> q", "totals -> q")
    made = plan(renamed + "check totals.lr.start == 2e-4\n", head=HEAD)
    assert made.checks[0].holds
