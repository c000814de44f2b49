"""Merges, transitions with all their defaults, starts, and what the flow needs of a phase."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan.curves import rate_of_step
from mtdsl.plan.lineage import seen
from mtdsl.plan.model import Parent
from mtdsl.registry import installed

PHASE = "batch = 1 x 256, context = 256, lr = 1e-3, mix = a"

REST = "batch = 1 x 256, lr = 1e-3, mix = a"
TRUNK = f"phase trunk {{ steps = 10, context = 256, {REST} }}\n"
FORK = (
    TRUNK
    + f"""
phase anneal for order in [1, 2, 3] {{ steps = 4, {REST}, seed = order }}
transition trunk -> anneal {{ data = fresh }}
"""
)


def test_a_family_is_averaged_evenly(plan):
    merge = plan(FORK + "merge soup = average(anneal)\nflow trunk -> anneal -> soup\n").merges[0]
    assert [parent.node for parent in merge.parents] == ["anneal[1]", "anneal[2]", "anneal[3]"]
    assert merge.weights == (F(1, 3),) * 3
    assert (merge.seen, merge.spent) == (14 * 256, (10 + 3 * 4) * 256)


def test_checkpoints_on_the_way_are_averaged(plan):
    merge = plan(TRUNK + "merge soup = average(trunk.last(3, every = 2 steps))\nflow trunk -> soup\n").merges[0]
    assert merge.parents == (Parent("trunk", 6 * 256), Parent("trunk", 8 * 256), Parent("trunk"))


def test_weights_are_written_as_shares(plan):
    made = plan(
        FORK
        + "merge soup = average(anneal)\nmerge final = 90% * soup + 10% * anneal[1]\nflow trunk -> anneal -> soup -> final\n"
    )
    assert made.merges[1].weights == (F(9, 10), F(1, 10))
    assert made.leaves == ("final",)
    assert made.order[-2:] == ("soup", "final")


def test_out_of_a_merge_come_weights_only(plan):
    text = FORK + f"merge soup = average(anneal)\nphase tail {{ steps = 2, {REST} }}\nflow trunk -> anneal -> soup -> tail\n"
    tail = plan(text).phase("tail")
    assert (tail.transition.optimizer, tail.transition.lr, tail.transition.data) == ("reset", "restart", "fresh")
    assert (tail.origin, tail.spent) == (14 * 256, 24 * 256)


def test_defaults_are_spelled_out(plan):
    made = plan(FORK + "flow trunk -> anneal\n")
    first, second = made.phase("trunk").transition, made.phase("anneal[1]").transition
    assert (first.optimizer, first.lr, first.data, first.written) == ("reset", "restart", "fresh", ())
    assert (second.optimizer, second.lr, second.data, second.written) == ("keep", "continue", "fresh", ("data",))


def test_a_start_is_declared(plan):
    text = """
    start base { weights = "folder", tokens = 5T, context = 256, lr = 9e-5 }
    phase anneal { steps = 4, batch = 1 x 256, lr = -> 0, mix = a }
    flow base -> anneal
    """
    made = plan(text)
    phase = made.phases[0]
    assert (phase.origin, phase.seen, phase.spent) == (5 * 10**12, 5 * 10**12 + 1024, 5 * 10**12 + 1024)
    assert (phase.lr.pieces[0].start, phase.transition.optimizer, phase.transition.lr) == (F("9e-5"), "reset", "continue")
    assert made.starts[0].weights == "folder"


def test_a_phase_runs_only_as_far_as_something_needs_it(plan):
    text = TRUNK + f"phase probe {{ steps = 1, {REST} }}\nflow trunk.at(60%) -> probe\n"
    made = plan(text)
    assert (made.phase("trunk").steps, made.phase("trunk").tokens) == (6, 6 * 256)
    assert made.totals.steps == 7


def test_checks_compare_plan_values(plan, wrong):
    text = FORK + "merge soup = average(anneal)\nflow trunk -> anneal -> soup\n"
    made = plan(text + 'check soup.spent - trunk.tokens <= 3072 and anneal[2].lr.start == trunk.lr.end "fits"\n')
    assert [(check.message, check.holds) for check in made.checks] == [("fits", True)]
    failed = wrong(text + 'check soup.spent <= 5000 "budget"\n')
    assert (failed.id, failed.message) == ("check-failed", "budget")
    assert [label.message for label in failed.labels] == ["5,632 tokens"]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("merge soup = 90% * trunk + 20% * anneal[1]\nflow trunk -> anneal -> soup\n", "mix-not-100"),
        ("merge soup = averag(anneal)\nflow trunk -> anneal -> soup\n", "unknown-plugin"),
        ("merge soup = average(annealed)\nflow trunk -> anneal\n", "unknown-name"),
        ("merge soup = average(anneal[7])\nflow trunk -> anneal -> soup\n", "unknown-name"),
        ("merge soup = average(anneal[1])\nflow trunk -> anneal -> soup\n", "flow-merge"),
        ("merge soup = average(anneal.last(9, every = 1 steps))\nflow trunk -> anneal -> soup\n", "at-past-end"),
        ("flow trunk -> anneal\ntransition trunk -> anneal { optimiser = reset }\n", "unknown-key"),
        ("flow trunk -> anneal\ntransition trunk -> anneal { optimizer = fresh }\n", "unknown-word"),
        ("flow trunk -> anneal\ntransition anneal[1] -> anneal[2] { optimizer = reset }\n", "transition-without-edge"),
        (
            f"merge soup = average(anneal)\nphase tail {{ steps = 2, {REST} }}\nflow trunk -> anneal -> soup -> tail\n"
            "transition soup -> tail { optimizer = keep }\n",
            "merge-has-no-optimizer",
        ),
    ],
)
def test_what_cannot_be_is_named(found, text, id):
    made, diagnostics = found(FORK + text)
    assert made is None
    assert id in [one.id for one in diagnostics if one.severity == "error"]


@pytest.mark.parametrize(
    ("test", "values"),
    [
        ("2 * x.tokens <= 600 + 400", ["1,024 tokens", "512 tokens", "1,000"]),
        ("not x.steps <= 5 steps", ["2 steps"]),
        ("x.steps == 2 and x.tokens > 1M", ["512 tokens"]),
        ("1 > 2", [""]),
    ],
)
def test_a_failed_check_shows_what_decided_it(wrong, test, values):
    failed = wrong(f"phase x {{ steps = 2, {PHASE} }}\ncheck {test}\n", sets=None)
    assert [label.message for label in failed.labels] == values


def test_a_failed_check_names_the_settings(wrong):
    failed = wrong(f"param n = 9\nphase x {{ steps = n, {PHASE} }}\ncheck x.steps >= 9\n", sets={"n": "2"})
    assert failed.settings == ("n=2",)


def test_checkpoints_may_be_so_many_tokens_apart(plan):
    """10 steps of 256 tokens: 2,560 - 600 lies in step 8, 2,560 - 1,200 in step 6."""
    merge = plan(TRUNK + "merge soup = average(trunk.last(3, every = 600 tokens))\nflow trunk -> soup\n").merges[0]
    assert merge.parents == (Parent("trunk", 6 * 256), Parent("trunk", 8 * 256), Parent("trunk"))


SERVED = "phase serve { steps = 0 }\nphase last { steps = 4, batch = 1 x 256, lr = 5e-4, mix = a, seed = 3, MORE }\n"


@pytest.mark.parametrize("more", ["clip = 1.0", "warmup = 2 steps"])
def test_a_phase_of_no_steps_behind_a_merge_has_no_state_either(plan, more):
    body = FORK + f"merge soup = average(anneal)\n{SERVED.replace('MORE', more)}"
    last = plan(body + "flow trunk -> anneal -> soup -> serve -> last\n").phase("last")
    made = last.transition
    assert (made.optimizer, made.lr, made.data, last.seed) == ("reset", "restart", "fresh", 3)


def test_what_is_kept_of_a_merge_is_told_of_behind_a_phase_of_no_steps_too(wrong):
    body = FORK + f"merge soup = average(anneal)\n{SERVED.replace(', MORE', '')}"
    body += "flow trunk -> anneal -> soup -> serve -> last\ntransition serve -> last { optimizer = keep }\n"
    assert wrong(body).message == "out of the merge `soup` come weights only, no optimizer state"


def test_a_phase_of_no_steps_behind_a_start_hands_on_its_rate_and_no_more(plan):
    body = 'start base { weights = "folder", context = 256, lr = 5e-4 }\n' + SERVED.replace(", MORE", "")
    made = plan(body + "flow base -> serve -> last\n").phase("last").transition
    assert (made.optimizer, made.lr, made.data) == ("reset", "continue", "fresh")


def test_a_phase_of_no_steps_goes_on_with_the_state_of_what_trained(plan):
    body = TRUNK + SERVED.replace("lr = 5e-4", "lr = 1e-3").replace(", seed = 3, MORE", "")
    made = plan(body + "flow trunk -> serve -> last\n").phase("last").transition
    assert (made.optimizer, made.lr, made.data) == ("keep", "continue", "continue")


@pytest.mark.parametrize(
    ("last", "id"),
    [
        ("2, every = 255 tokens", "unit-mismatch"),
        ("2, every = 0 steps", "unit-mismatch"),
        ("1_000_000, every = 0 steps", "unit-mismatch"),
        ("2, every = -1 steps", "unit-mismatch"),
        ("1_000_000_000_000, every = 1 steps", "at-past-end"),
        ("11, every = 256 tokens", "at-past-end"),
    ],
)
def test_the_last_checkpoints_are_different_ones_at_least_a_step_apart(wrong, last, id):
    assert wrong(TRUNK + f"merge soup = average(trunk.last({last}))\nflow trunk -> soup\n").id == id


@pytest.mark.parametrize(("every", "steps"), [("every = 20%", [6, 8]), ("every = 15%", [7, 9]), ("every = 40%", [2, 6])])
@pytest.mark.parametrize("budget", ["steps = 10", "tokens = 2560 tokens"])
def test_the_last_checkpoints_may_be_a_share_of_the_phase_apart(plan, budget, every, steps):
    text = TRUNK.replace("steps = 10", budget) + f"merge soup = average(trunk.last(3, {every}))\nflow trunk -> soup\n"
    assert plan(text).merges[0].parents == (*(Parent("trunk", step * 256) for step in steps), Parent("trunk"))


LONG = TRUNK.replace("steps = 10", "steps = 2_000_000") + "merge soup = average(trunk.last(NEXT))\nflow trunk -> soup\n"


def test_a_merge_reads_only_so_many_checkpoints_and_the_help_says_fewer_of_the_same_stretch(plan, wrong):
    found = wrong(LONG.replace("NEXT", "1_000_000, every = 1 steps"))
    said = "1,000,000 checkpoints of `trunk` would be merged, and a merge reads at most 1,000 of a phase"
    assert (found.id, found.message) == ("too-many-checkpoints", said)
    way_out = found.help.partition("`last(")[2].rstrip("`)")
    parents = plan(LONG.replace("NEXT", way_out)).merges[0].parents
    assert (len(parents), parents[0].at) == (10, (2_000_000 - 900_000) * 256)


def test_of_a_large_family_not_each_member_gives_as_many(wrong):
    many = ", ".join(map(str, range(11)))
    text = f"phase trunk for n in [{many}] {{ steps = 1000, context = 256, {REST}, seed = n }}\n"
    text += "merge soup = average(trunk.last(1000, every = 1 steps))\nflow trunk -> soup\n"
    found = wrong(text)
    assert (found.id, "more than 10,000 checkpoints" in found.message) == ("too-many-checkpoints", True)


def test_what_a_merge_has_seen_is_asked_once_a_phase(plan):
    """A thousand checkpoints of one phase are passed on the way to the last of them."""
    made, asked = plan(LONG.replace("NEXT", "1000, every = 10 steps")), []

    def own(phase, at):
        asked.append(at)
        return {"a": float(phase.tokens if at is None else at)}

    assert len(made.merges[0].parents) == 1000
    assert seen(made, own)["soup"] == {"a": 2_000_000 * 256.0}
    assert asked == [None]


def test_the_last_checkpoints_may_be_all_there_are(plan):
    merge = plan(TRUNK + "merge soup = average(trunk.last(10, every = 256 tokens))\nflow trunk -> soup\n").merges[0]
    assert merge.parents == (*(Parent("trunk", step * 256) for step in range(1, 10)), Parent("trunk"))


LEFT = """
phase long { steps = 10, batch = 1 x 256, context = 256, lr = 1e-3, MORE, mix = [a until 90%, b] }
phase last { steps = 4, batch = 1 x 256, lr = -> 0, mix = a }
flow long.at(5 steps) -> last
"""


def test_a_phase_that_is_left_inside_its_warmup_warms_up_to_there(plan):
    made = plan(LEFT.replace("MORE", "warmup = 8 steps")).phase("long")
    assert made.lr is not None
    assert made.lr.warmup is not None
    assert (made.lr.warmup.steps, made.lr.warmup.tokens, made.steps) == (5, 5 * 256, 5)
    rates = [rate_of_step(made, step, installed()) for step in range(made.steps)]
    assert rates == pytest.approx([1e-3 * step / 8 for step in range(1, 6)])


def test_what_is_expected_behind_the_point_where_a_phase_is_left_does_not_happen(plan):
    events = "when loss < 3 { expect = 3 steps, lr = 5e-4 }, when loss < 2 { expect = 7 steps, lr = 1e-4 }"
    assert [event.expect for event in plan(LEFT.replace("MORE", events)).phase("long").events] == [3 * 256]


def test_a_check_sees_a_phase_as_far_as_it_is_trained(plan):
    more = "clip = 1.0 -> 2.0"
    checks = "check long.tokens == 1280 and long.steps == 5 and long.seen == 1280\ncheck long.lr.end == 1e-3\n"
    made = plan(LEFT.replace("MORE", more) + checks)
    assert all(check.holds for check in made.checks)
