"""`stop`: the budget is a cap, and what comes after is bounded."""

from __future__ import annotations

from mtdsl.registry import installed
from mtdsl.view import text

REST = "batch = 16 x 256, mix = a"
CHAIN = f"""
context = 256
lr = 1e-3
phase one {{ steps = 10, {REST} }}
phase two {{ steps = 10, {REST}, stop = loss < 2 }}
phase three {{ steps = 10, {REST} }}
phase other {{ steps = 10, {REST} }}
merge soup = average(three, other)
merge side = average(one, other)
phase last {{ steps = 10, {REST}, stop = none }}
flow one -> two -> three -> soup -> last
flow one -> other -> soup
flow one -> side
flow other -> side
"""


def test_what_a_stop_reaches_is_bounded_and_nothing_else(plan):
    made = plan(CHAIN)
    assert {phase.name: phase.certainty for phase in made.phases} == {
        "one": "exact",
        "two": "bounded",
        "three": "bounded",
        "other": "exact",
        "last": "bounded",
    }


def test_the_budget_is_the_cap(plan):
    two = plan(CHAIN).phase("two")
    assert (two.steps, two.tokens, two.stop.op) == (10, 10 * 16 * 256, "<")


def test_like_copies_a_stop_and_none_leaves_it_out(plan):
    made = plan(CHAIN + "phase four like two {}\nphase five like two { stop = none }\nflow last -> four -> five\n")
    assert (made.phase("four").stop is None, made.phase("five").stop is None) == (False, True)


def test_a_view_says_at_most(plan):
    page = text.render(plan(CHAIN), installed(), width=160, color=False)
    rows = {line.split()[0]: line for line in page.splitlines() if line.strip()}
    (counted,) = (line for line in page.splitlines() if line.startswith("two ") and "10 steps" in line)
    assert "at most 40,960" in counted
    assert "two  loss < 2" in page
    assert "at most" not in next(line for line in page.splitlines() if line.startswith("one "))
    assert "at most" in rows["5"]


def test_what_no_phase_stops_at_is_exact(plan):
    page = text.render(plan(CHAIN.replace(", stop = loss < 2", "")), installed(), width=160, color=False)
    assert "at most" not in page
