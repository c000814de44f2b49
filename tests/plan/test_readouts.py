"""What a `check` may ask of a plan, and what it says of what is not known."""

from __future__ import annotations

import pytest

CHAIN = """
model = llama(layers = 1, width = 32, heads = 2)
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
        ("p.lr == 0", "unknown-name", "a node has no `lr`"),
        ("p.rate.end == 0", "unknown-name", "a node has no `rate.end`"),
        ("p.mix.web == 0%", "unknown-name", "no source `web`"),
        ("p.z_loss.end > 0", "unknown-name", "a node has no `z_loss.end`"),
        ("soup.lr.at(50%) == 0", "at-past-end", "`soup` trains nothing"),
        ("p.lr.at(2000 steps) == 0", "at-past-end", "is not inside"),
        ("p.steps.at(50%) == 0", "unknown-name", "a node has no `steps`"),
        ("b.documents > 3", "unknown-name", "a node has no `documents`"),
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
