"""`eval held = loss([a], on = branch, against = branch[a])`: what is measured of which nodes, and compared with which."""

from __future__ import annotations

import pytest

from mtdsl.plan import fingerprint, from_json, to_json
from mtdsl.plan.model import Parent

REST = "batch = 1 x 256, lr = 1e-3"
STEP = 256
FORK = f"""
context = 256
phase trunk {{ steps = 100, {REST}, mix = a }}
phase branch for blend in [a, b, c] {{ steps = 10, {REST}, mix = blend }}
phase other {{ steps = 20, {REST}, mix = a }}
flow trunk -> branch
flow trunk -> other
"""


def measured(said):
    return f"{FORK}eval held = loss([a], {said})\n"


@pytest.mark.parametrize(
    ("said", "on", "against"),
    [
        ("on = branch", ("branch[a]", "branch[b]", "branch[c]"), ""),
        ("on = [branch[b], other]", ("branch[b]", "other"), ""),
        ("on = branch, against = branch[a]", ("branch[a]", "branch[b]", "branch[c]"), "branch[a]"),
        ("on = [branch[b], branch[b], trunk], against = other", ("branch[b]", "trunk", "other"), "other"),
        ("every = 10 steps", (), ""),
    ],
)
def test_which_nodes_are_measured(plan, said, on, against):
    made = plan(measured(said))
    assert (made.evals[0].on, made.evals[0].against) == (on, against)
    assert from_json(to_json(made)) == made


def test_it_stands_in_json_where_it_is_said(plan):
    plain, compared = (
        to_json(plan(measured(said)))["evals"][0] for said in ("every = 10 steps", "on = branch, against = branch[a]")
    )
    assert not plain.keys() & {"on", "against"}
    assert compared["on"] == ["branch[a]", "branch[b]", "branch[c]"]
    assert compared["against"] == "branch[a]"


def picked(said, among="branch"):
    return f'{measured(said)}merge best = pick({among}, by = held, best = "lowest")\nflow {among} -> best\n'


def test_the_control_is_no_candidate(plan):
    best = plan(picked("on = branch, against = branch[a]")).merges[0]
    assert (best.parents, best.against) == ((Parent("branch[b]"), Parent("branch[c]")), "branch[a]")
    assert (best.seen, best.spent) == (110 * STEP, 130 * STEP)


def test_a_control_beside_the_candidates_is_trained_first(plan):
    made = plan(picked("on = branch, against = other"))
    best = made.merges[0]
    assert (len(best.parents), best.against) == (3, "other")
    assert made.order.index("other") < made.order.index("best")
    assert best.spent == (100 + 30 + 20) * STEP
    assert made.leaves == ("best",)


def test_a_control_trains_to_its_end(plan):
    made = plan(picked("on = branch, against = other") + "merge early = average(other.at(50%), trunk)\nflow trunk -> early\n")
    assert made.phase("other").steps == 20


def test_a_choice_depends_on_its_control(plan):
    assert (
        len({fingerprint(plan(picked(f"on = branch, against = {name}"))) for name in ("branch[a]", "branch[b]", "other")}) == 3
    )


def test_without_a_choice_it_changes_no_training(plan):
    assert fingerprint(plan(measured("on = branch, against = other"))) == fingerprint(plan(FORK))


@pytest.mark.parametrize(
    ("body", "id", "says"),
    [
        (measured("against = branch[a]"), "not-a-control", "nothing is compared"),
        (measured("on = other, against = other"), "not-a-control", "nothing is compared"),
        (measured("on = other, against = branch"), "not-a-control", "one node"),
        (measured("on = brunch"), "unknown-name", "`brunch`"),
        (measured("on = 3"), "unit-mismatch", "phases and merges"),
        (picked("on = [branch[a], branch[b]]"), "not-measured-there", "not of `branch[c]`"),
        (picked("on = branch, against = branch[a]", "branch[a]"), "merge-empty", "nothing"),
        (
            f"{FORK}eval held = loss([a])\nmerge best = pick(branch, by = held, against = branch[a])\nflow branch -> best\n",
            "plugin-argument",
            "where they are measured",
        ),
    ],
)
def test_what_is_no_comparison(wrong, body, id, says):
    found = wrong(body)
    assert (found.id, says in found.message) == (id, True), found.message


@pytest.mark.parametrize(
    "tail",
    [
        "stop = held < 2",
        "when held < 2 { expect = 5 steps, lr = 0 }",
        "stop = loss < 99% * trunk.held or loss < 1",
        "stop = plateau(held, over = 1000 tokens)",
    ],
)
def test_a_test_asks_where_it_is_measured(wrong, tail):
    body = f"{measured('on = branch')}phase last {{ steps = 10, {REST}, mix = a\n{tail}\n}}\nflow other -> last\n"
    assert wrong(body).id == "not-measured-there"


@pytest.mark.parametrize(("on", "right"), [("other", True), ("[other, last]", True), ("last", False)])
def test_a_gate_asks_where_the_phase_before_it_ends(found, on, right):
    made, diagnostics = found(
        f"{measured(f'on = {on}')}phase last {{ steps = 10, {REST}, mix = a }}\n"
        "transition other -> last { gate = held < 2 }\nflow other -> last\n"
    )
    assert (made is not None) is right, diagnostics


def test_the_pick_of_one_is_told(found):
    made, diagnostics = found(picked("on = [branch[a], branch[b]], against = branch[a]", "branch[b]"))
    assert made is not None
    assert "merge-of-one" in [one.id for one in diagnostics]
