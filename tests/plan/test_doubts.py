"""Checks on counts that a run may find to be others: caps, and what hangs on an event."""

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


def test_what_was_chosen_by_measuring_has_seen_at_most_so_much(plan):
    made = plan(
        "eval held = loss([a])\ncontext = 256\nlr = 1e-3\nmix = a\nbatch = 4 x 256\n"
        "phase trunk { steps = 10 }\nphase x for n in [10, 20] { steps = n }\nmerge best = pick(x, by = held)\n"
        "phase tail { steps = 10, lr = 1e-3 -> 0 }\nflow trunk -> x -> best -> tail\n"
    )
    assert made.phase("tail").certainty == "bounded"
    assert [made.phase(f"x[{n}]").certainty for n in (10, 20)] == ["exact", "exact"]
