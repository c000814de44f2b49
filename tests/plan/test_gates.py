"""What follows where a gate fails: what the plan knows of going back, training on, and taking another way."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan import from_json, to_json
from mtdsl.plan.curves import rate_of_step, shares_at
from mtdsl.plan.model import Parent, Run
from mtdsl.registry import installed

STEP = 16 * 256
REST = "batch = 16 x 256, mix = a"


def chain(policy, trunk="lr = 1e-3", tail="", more=""):
    return f"""
context = 256
phase trunk {{ steps = 100, {REST}, {trunk} }}
phase tail {{ steps = 20, {REST}, lr = -> 0 {tail} }}
transition trunk -> tail {{ gate = loss < 2, on_fail = {policy} }}
flow trunk -> tail
{more}
"""


EARLY = f"phase early {{ steps = 10, {REST}, lr = -> 0 }}\nflow trunk.at(80%) -> early"


def test_it_may_go_on_all_the_same(plan):
    made = plan(chain("continue"))
    gate = made.phase("tail").transition.gate
    assert (gate.on_fail, made.phase("trunk").certainty, made.totals.steps) == ("continue", "exact", 120)
    assert to_json(made)["phases"][1]["transition"]["gate"].keys() == {"test", "plugin", "on_fail"}


@pytest.mark.parametrize(
    ("policy", "back", "times", "steps"),
    [
        ("rollback(trunk.at(60%))", Parent("trunk", 60 * STEP), 1, 120 + 40),
        ("rollback(trunk.at(30 steps), times = 2)", Parent("trunk", 30 * STEP), 2, 120 + 140),
        ("rollback(trunk)", Parent("trunk"), 1, 120),
    ],
)
def test_where_it_goes_back_to_and_what_that_costs_at_most(plan, policy, back, times, steps):
    made = plan(chain(policy))
    gate = made.phase("tail").transition.gate
    assert (gate.on_fail, gate.rollback, gate.times) == ("rollback", back, times)
    assert (made.totals.steps, made.totals.tokens) == (steps, steps * STEP)
    assert from_json(to_json(made)) == made


def test_what_lies_between_two_nodes_is_trained_again(plan):
    more = f"phase last {{ steps = 5, {REST}, lr = 0 }}\nmerge soup = 50% * tail + 50% * trunk\n"
    more += "flow tail -> soup -> last\ntransition soup -> last { gate = loss < 1, on_fail = rollback(trunk) }"
    assert plan(chain("stop", more=more)).totals.steps == 125 + 20


@pytest.mark.parametrize(
    ("amount", "steps"), [("10 steps", 10), (f"{10 * STEP} tokens", 10), ("0.04M", 10), ("10%", 10), ("9.5%", 10)]
)
def test_a_phase_is_trained_on_for_whole_steps(plan, amount, steps):
    made = plan(chain(f"extend({amount}, times = 3)"))
    gate, trunk = made.phase("tail").transition.gate, made.phase("trunk")
    assert (gate.on_fail, gate.extend, gate.times) == ("extend", steps * STEP, 3)
    assert (trunk.steps, trunk.tokens, trunk.extended) == (130, 130 * STEP, 30 * STEP)
    assert (trunk.asked.amount, trunk.certainty, made.phase("tail").certainty) == (100, "bounded", "bounded")
    assert (made.phase("tail").origin, made.totals.steps) == (130 * STEP, 150)
    assert from_json(to_json(made)) == made


def test_values_stand_where_they_ended(plan):
    trunk = "lr = 1e-3 -> 5e-4, clip = 1 -> 2 over 80 steps, weight_decay = 0.1 -> 0.5 over 200 steps"
    phase = plan(chain("extend(50 steps)", trunk=trunk.replace("mix = a", ""))).phase("trunk")
    registry = installed()
    assert [rate_of_step(phase, step, registry) for step in (0, 50, 100, 149)] == [1e-3, 7.5e-4, 5e-4, 5e-4]
    decay = phase.scalars["weight_decay"]
    assert [(piece.begin, piece.stop) for piece in decay.pieces] == [(0, F(1, 2)), (100 * STEP, pytest.approx(0.3))]
    assert len(phase.scalars["clip"].pieces) == 1


def test_a_mixture_and_a_batch_stand_too(plan):
    body = chain("extend(50 steps)").replace(
        "16 x 256, mix = a", "[16 x 256 until 60 steps, 32 x 256], mix = a -> b over 1.146_880M", 1
    )
    phase = plan(body).phase("trunk")
    assert phase.batch.runs == (Run(60, 16), Run(90, 32))
    assert shares_at(phase.mix, phase.tokens - phase.extended, {}, installed()) == {"a": 0.5, "b": 0.5}
    assert shares_at(phase.mix, phase.tokens, {}, installed()) == {"a": 0.5, "b": 0.5}


def test_a_schedule_over_the_edge_goes_on_behind_the_extension(plan):
    body = chain("extend(50 steps)").replace(", lr = 1e-3", "").replace(", lr = -> 0", "")
    made = plan(body + "schedule lr over trunk -> tail = 1.2e-3 -> 0\n")
    trunk, tail, registry = made.phase("trunk"), made.phase("tail"), installed()
    assert [round(rate_of_step(trunk, step, registry), 9) for step in (50, 100, 149)] == [7e-4, 2e-4, 2e-4]
    assert round(rate_of_step(tail, 10, registry), 9) == 1e-4


def test_parameters_of_techniques_stand(plan):
    trunk = "lr = 1e-3, objective = next_token(mtp = 0.4 -> 0 over 200 steps)"
    curve = plan(chain("extend(50 steps)", trunk=trunk)).phase("trunk").objective.params["mtp"]
    assert (curve.pieces[-1].begin, curve.pieces[-1].stop) == (100 * STEP, F("0.2"))


def test_points_are_of_what_is_trained_in_any_case(plan):
    made = plan(chain("extend(50 steps)", more=EARLY))
    assert made.phase("early").parents == (Parent("trunk", 80 * STEP),)


def test_a_family_behind_one_gate_agrees(plan):
    more = f"phase other {{ steps = 10, {REST}, lr = -> 0 }}\nflow trunk -> other\n"
    more += "transition trunk -> other { gate = loss < 3, on_fail = extend(50 steps) }"
    assert plan(chain("extend(50 steps)").replace("phase tail", "phase tail for order in [1, 2]")).phase("trunk").steps == 150
    assert plan(chain("stop", more=more)).phase("trunk").steps == 150


def test_another_way_is_one_of_the_flow(plan):
    made = plan(chain("branch(early)", more=EARLY))
    gate = made.phase("tail").transition.gate
    assert (gate.on_fail, gate.branch) == ("branch", "early")
    assert (made.leaves, made.totals.steps) == (("tail", "early"), 130)
    assert from_json(to_json(made)) == made


def test_another_way_may_be_a_merge(plan):
    made = plan(chain("branch(soup)", more="merge soup = average(trunk.last(2, every = 10 steps))\nflow trunk -> soup"))
    assert made.phase("tail").transition.gate.branch == "soup"


@pytest.mark.parametrize(
    ("policy", "options", "id", "says"),
    [
        ("extend(50 steps)", {"trunk": "lr = 1e-3 -> 0"}, "cannot-extend", "ends at 0"),
        ("extend(0 steps)", {}, "unit-mismatch", "at least a step"),
        ("extend(50)", {}, "unit-mismatch", "a plain number"),
        ("extend(4k)", {}, "unit-mismatch", "a window length"),
        ("extend(50 steps, times = 0)", {}, "unit-mismatch", "at least 1"),
        ("extend(50 steps, times = 1.5)", {}, "unit-mismatch", "a whole number"),
        ("extend", {}, "plugin-argument", "how far"),
        ("extend(1 steps, 2)", {}, "plugin-argument", "how far"),
        ("extend(5 steps until 3)", {}, "plugin-argument", "how far"),
        ("branch", {}, "plugin-argument", "the node that follows"),
        ("branch(early, times = 2)", {"more": EARLY}, "plugin-argument", "the node that follows"),
        ("branch(early.at(50%))", {"more": EARLY}, "plugin-argument", "name of one node"),
        ("branch(elsewhere)", {"more": EARLY}, "unknown-name", "`elsewhere`"),
        ("branch(trunk)", {}, "cannot-branch", "comes before `tail`"),
        ("branch(tail)", {}, "cannot-branch", "what the gate leads to"),
        ("branch(early)", {"more": EARLY.replace("trunk.at", "tail.at")}, "cannot-branch", "comes after `tail`"),
        ("rollback(trunk.at(200 steps))", {}, "at-past-end", "is not inside"),
        ("rollback(tail)", {}, "not-upstream", "`tail` does not end before"),
        ("rollback(trunk.last(3))", {}, "plugin-argument", "one point"),
        ("rollback(3)", {}, "plugin-argument", "name of one node"),
        ("rollback(trunk, times = [2])", {}, "not-a-number", "a number is expected"),
        ("rollback(trunk, times = 1 until 2)", {}, "not-a-number", "a whole number"),
    ],
)
def test_what_cannot_follow(wrong, policy, options, id, says):
    found = wrong(chain(policy, **options))
    assert (found.id, says in found.message) == (id, True), found.message


@pytest.mark.parametrize(
    ("flow", "says"),
    [
        (
            "phase far { steps = 5, %s, lr = 1e-3 }\nphase early { steps = 5, %s, lr = -> 0 }\nflow far -> early",
            "comes from `far`",
        ),
        ("phase early { steps = 5, %s, lr = 1e-3 }\nflow early", "comes from nothing"),
    ],
)
def test_another_way_begins_above(wrong, flow, says):
    found = wrong(chain("branch(early)", more=flow.replace("%s", REST)))
    assert (found.id, says in found.message) == ("cannot-branch", True), found.message


def test_two_gates_may_not_differ(wrong):
    more = f"phase other {{ steps = 10, {REST}, lr = -> 0 }}\nflow trunk -> other\n"
    more += "transition trunk -> other { gate = loss < 3, on_fail = extend(60 steps) }"
    assert wrong(chain("extend(50 steps)", more=more)).id == "declared-twice"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (chain("extend(5 steps)").replace("steps = 100, batch = 16 x 256, mix = a, lr = 1e-3", "steps = 0"), "trains nothing"),
        (chain("extend(5 steps)").replace("flow trunk ->", "flow trunk.at(50%) ->"), "begins inside `trunk`"),
        (
            chain("extend(5 steps)", more="merge soup = average(trunk)").replace("trunk -> tail", "soup -> tail")
            + "flow trunk -> soup",
            "`soup` trains nothing",
        ),
    ],
)
def test_what_cannot_train_on(wrong, body, says):
    body = body.replace("lr = -> 0", "lr = 1e-3 -> 0") if "trains nothing" in says else body
    found = wrong(body)
    assert (found.id, says in found.message) == ("cannot-extend", True), found.message


@pytest.mark.parametrize(
    ("trunk", "id"),
    [
        ("lr = 1e-3 -> 1e-4 over 150 steps", "decay-never-lands"),
        ("lr = 1e-3", "mix-never-arrives"),
        ("lr = 1e-3 -> 1e-4 over 100 steps", ""),
    ],
)
def test_an_arrow_is_cut_where_the_extension_begins(found, trunk, id):
    body = chain("extend(100 steps)", trunk=trunk)
    body = body.replace("mix = a", "mix = a -> b over 200 steps", 1) if id.startswith("mix") else body
    body = body.replace("lr = -> 0", "lr = 1e-3 -> 0") + "transition trunk -> tail { lr = restart }\n"
    told = [one.id for one in found(body)[1] if one.id in ("decay-never-lands", "mix-never-arrives", "horizon-differs")]
    assert told == ([id] if id else [])


@pytest.mark.parametrize("policy", ["extend(50 steps)", "rollback(trunk.at(50%))"])
def test_two_transitions_may_say_the_same(plan, policy):
    made = plan(chain(policy, more=f"transition trunk -> tail {{ on_fail = {policy} }}"))
    assert made.phase("tail").transition.gate.on_fail == policy.partition("(")[0]
