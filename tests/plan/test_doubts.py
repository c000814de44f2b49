"""Checks on counts that a run may find to be others: caps, the least after a start, and what hangs on an event or a metric."""

from __future__ import annotations

import pytest

CHAIN = """\
context = 256
lr      = 1e-3
mix     = a
batch   = 4 x 256
phase early { steps = 100, stop = loss < 2 }
phase grown { steps = 100, when loss < 2 { expect = 50 steps, batch = 8 x 256 } }
phase long { tokens = 102_400, batch = 4 x 256, when loss < 2 { expect = 50 steps, batch = 8 x 256 } }
phase late { steps = 100, when steps >= 50 { batch = 8 x 256 } }
flow grown -> long -> late -> early
let all = early.spent
"""
EARLY = "`early` may end before the end of its budget, which is a cap"


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("early.tokens >= 100_000", EARLY),
        ("early.tokens == 102_400", EARLY),
        ("early.tokens != 7", EARLY),
        ("early.tokens <= 110_000", ""),
        ("not early.tokens < 50_000", EARLY),
        ("not early.tokens > 110_000", ""),
        ("all >= 1M", ""),
        ("all < 1M", ""),
        ("all - early.tokens >= 0", EARLY),
        ("1T / early.steps > 5B", ""),
        ("1T / early.steps < 50B", EARLY),
        ("grown.steps == 100", ""),
        ("grown.tokens <= 200_000", "`grown.tokens` hangs on where an event of `grown` happens"),
        ("long.steps <= 90", "`long.steps` hangs on where an event of `long` happens"),
        ("long.tokens >= 102_400", ""),
        ("late.tokens == 153_600", ""),
        ("grown.tokens > 0 or late.steps == 100", ""),
        ("a.tokens > 0", ""),
    ],
)
def test_what_may_come_out_otherwise_is_not_decided(found, test, why):
    made, said = found(f"{CHAIN}check {test}\n")
    unknown = [one.message for one in said if one.id == "check-unknown"]
    failed = [one.message for one in said if one.id == "check-failed"]
    if test == "all >= 1M":
        assert len(failed) == 1
    else:
        assert (failed, unknown) == ([], [f"this check cannot be decided: {why}"] if why else [])
        assert made.checks[0].holds is (None if why else True)


BOUNDS = """\
context = 256
lr      = 1e-3
mix     = a
batch   = 4 x 256
start base { weights = "acme/model", context = 256 }
eval held = loss([a])
phase tail { steps = 100 }
phase own { steps = 100 }
phase x for n in [10, 30] { steps = n }
merge both = average(tail, own)
merge best = pick(x, by = held)
phase on { steps = 10, lr = 1e-3 -> 0 }
phase none { steps = 0 }
flow base -> tail -> both
flow base -> none
flow own -> both
flow own -> x -> best -> on
"""
MORE = "`base` does not say how many tokens it has seen, so `%s` is more than is counted here"
PICKED = "`best` is chosen by what is measured, from models that have not all seen as many tokens"


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("tail.seen >= 100_000", ""),
        ("tail.seen > 2T", MORE % "tail.seen"),
        ("tail.seen < 2T", MORE % "tail.seen"),
        ("tail.seen != 7", MORE % "tail.seen"),
        ("not tail.spent < 100_000", ""),
        ("not tail.spent < 2T", MORE % "tail.spent"),
        ("1T / tail.seen < 10M", ""),
        ("2T - tail.seen < 2T", ""),
        ("2T - tail.seen > 1T", MORE % "tail.seen"),
        ("both.seen >= 102_400", ""),
        ("both.spent <= 204_800", MORE % "both.spent"),
        ("none.seen >= 0", "`none.seen` is not known: `base` does not say how many tokens it has seen"),
        ("tail.tokens == 102_400", ""),
        ("best.seen <= 133_120", ""),
        ("best.seen >= 133_120", PICKED),
        ("best.seen >= 100_000", PICKED),
        ("on.seen == 143_360", PICKED),
        ("best.spent == 143_360", ""),
    ],
)
def test_a_bound_decides_what_it_can(found, test, why):
    made, said = found(f"{BOUNDS}check {test}\n")
    assert [one.message for one in said if one.severity != "warning"] == (
        [f"this check cannot be decided: {why}"] if why else []
    )
    assert made.checks[0].holds is (None if why else True)


@pytest.mark.parametrize(
    "test", ["tail.seen <= 100_000", "both.spent - own.tokens < 1k", "tail.seen == 102_400 and own.steps > 100"]
)
def test_what_is_at_least_too_much_fails(found, test):
    _, said = found(f"{BOUNDS}check {test}\n")
    (failed,) = [one for one in said if one.severity == "error"]
    assert failed.id == "check-failed"


def test_what_fails_says_that_it_is_the_least(found):
    _, said = found(f"{BOUNDS}check tail.seen <= 100_000\n")
    (failed,) = [one for one in said if one.severity == "error"]
    assert [label.message for label in failed.labels] == ["at least 102,400 tokens"]


def test_a_start_is_no_least_number_for_a_value(found):
    made, said = found(BOUNDS.replace("phase on { steps = 10", "phase on { tokens = tail.seen / 10"))
    assert made is None
    assert [one.id for one in said if one.severity == "error"] == ["size-unknown"]


def test_what_was_chosen_by_measuring_has_seen_at_most_so_much(plan):
    made = plan(
        "eval held = loss([a])\ncontext = 256\nlr = 1e-3\nmix = a\nbatch = 4 x 256\n"
        "phase trunk { steps = 10 }\nphase x for n in [10, 20] { steps = n }\nmerge best = pick(x, by = held)\n"
        "phase tail { steps = 10, lr = 1e-3 -> 0 }\nflow trunk -> x -> best -> tail\n"
    )
    assert made.phase("tail").certainty == "bounded"
    assert [made.phase(f"x[{n}]").certainty for n in (10, 20)] == ["exact", "exact"]
