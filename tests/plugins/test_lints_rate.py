"""Lints of the learning rate, on both sides of where each begins to speak."""

from __future__ import annotations

import pytest
from chained import REST, chain

CUTS = ("horizon-differs", "decay-never-lands")


@pytest.fixture
def cut(said):
    """Id and severity of what is said of a rate that its phase's end cuts."""
    return lambda body: [(id, found.severity) for id in CUTS for found in said(id, body)]


# ---- lr-never-decays


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (chain("lr = 1e-3", "lr = 1e-3"), 1),
        (chain("lr = 0 -> 1e-3", "lr = 1e-3"), 1),
        (chain("lr = 1e-3", "lr = 1e-3, warmup = 5 steps", edge="lr = restart"), 1),
        (chain("lr = 1e-3"), 0),
        (chain("lr = 1e-3", "lr = -> 9e-4"), 0),
        (chain("lr = 1e-3", "lr = 9e-4", edge="lr = restart"), 0),
        (chain("lr = 1e-3 -> 1e-4", "lr = 1e-4"), 0),
        ('start s { weights = "x", context = 256, lr = 1e-3 }\n' + chain("lr = 1e-3", "lr = 1e-3") + "flow s -> one\n", 0),
    ],
)
def test_a_chain_from_fresh_weights_should_lower_its_rate(said, body, count):
    assert len(said("lr-never-decays", body)) == count


def test_each_branch_that_ends_at_the_highest_rate_is_told_of(said):
    text = chain("lr = 1e-3", "lr = 1e-3") + "phase low { steps = 10, batch = 1 x 256, mix = a, lr = -> 0 }\nflow one -> low\n"
    assert [found.message for found in said("lr-never-decays", text)] == [
        "the learning rate never comes down on the way to `two`: after 51,200 tokens it is still 1e-3, the highest it ever was"
    ]


def test_a_merge_can_stand_in_for_a_decay(said):
    text = chain("lr = 1e-3") + "merge soup = average(one.last(2, every = 10 steps))\n"
    text += f"phase two {{ steps = 100, {REST}, lr = 1e-3 }}\nflow one -> soup -> two\n"
    assert said("lr-never-decays", text) == []


# ---- average-needs-no-decay

FREE = ", optimizer = schedule_free"


@pytest.mark.parametrize(
    ("body", "phases"),
    [
        (chain(f"lr = 1e-3 -> 0{FREE}"), ["one"]),
        (chain(f"lr = [1e-3 until 50%, -> 0]{FREE}"), ["one"]),
        (chain(f"lr = 1e-3 by inverse_sqrt(timescale = 10 steps){FREE}"), ["one"]),
        (chain("lr = 1e-3 -> 0, optimizer = skip_step(of = schedule_free)"), ["one"]),
        (chain("lr = 1e-3 -> 0, optimizer = skip_step(of = adamw(beta2 = 0.9 -> 0.99))"), []),
        (chain(f"lr = 1e-3, warmup = 10 steps{FREE}"), []),
        (chain(f"lr = 1e-3{FREE}", f"lr = 1e-4{FREE}", edge="lr = restart"), []),
        (chain(f"lr = 1e-3{FREE}", f"lr = -> 1e-4{FREE}"), ["two"]),
        (chain("lr = 1e-3 -> 0"), []),
    ],
)
def test_an_average_takes_the_place_of_a_decay(said, body, phases):
    assert [found.message.split("`")[1] for found in said("average-needs-no-decay", body)] == phases


def test_under_an_average_a_rate_need_not_come_down(said):
    assert said("lr-never-decays", chain(f"lr = 1e-3{FREE}", f"lr = 1e-3{FREE}")) == []


# ---- arrows that are longer than their phase


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("101 steps", []),
        ("111 steps", [("horizon-differs", "note")]),
        ("112 steps", [("decay-never-lands", "warning")]),
        ("1000 steps", [("decay-never-lands", "warning")]),
        ("1001 steps", [("horizon-differs", "warning")]),
    ],
)
def test_what_is_left_of_an_arrow_decides_what_its_cut_means(cut, length, expected):
    assert cut(chain(f"lr = 1e-3 -> 0 over {length}")) == expected


def test_a_phase_that_goes_on_where_the_arrow_was_cut_makes_it_a_note(said, cut):
    going_on = chain("lr = 1e-3 -> 0 over 200 steps", "lr = -> 0")
    assert cut(going_on) == [("horizon-differs", "note")]
    assert said("horizon-differs", going_on)[0].message == (
        "the rate of `one` is drawn over 51,200 and cut at the phase's end, at 5e-4, where `two` goes on"
    )
    assert cut(chain("lr = 1e-3 -> 0 over 200 steps", "lr = 4.94e-4 -> 0", edge="lr = restart"))[0][0] == "decay-never-lands"
    assert cut(chain("lr = 1e-3 -> 0 over 200 steps", "lr = 4.96e-4 -> 0", edge="lr = restart"))[0][0] == "horizon-differs"


def test_a_phase_that_is_left_half_way_is_not_cut(cut):
    text = chain("lr = 1e-3 -> 0", "lr = 1e-4 -> 0", edge="lr = restart").replace("flow one ->", "flow one.at(50 steps) ->")
    assert cut(text) == []


def test_a_schedule_over_a_path_is_cut_at_its_end_only(cut):
    text = chain("", "")
    assert cut(text + "schedule lr over one -> two = 1e-3 -> 0\n") == []
    assert cut(text + "schedule lr over one -> two = 1e-3 -> 0 over 400 steps\n") == [("decay-never-lands", "warning")]


@pytest.mark.parametrize(("length", "idle"), [("99 steps", False), ("98 steps", True), ("50%", True)])
def test_a_decay_that_lands_at_nothing_before_the_end_leaves_an_idle_rest(cut, length, idle):
    assert cut(chain(f"lr = 1e-3 -> 0 over {length}")) == [("horizon-differs", "warning")] * idle
    assert cut(chain(f"lr = 1e-3 -> 1e-5 over {length}")) == []


def test_where_the_length_was_copied_from_is_said(said):
    text = chain("lr = 1e-3 -> 1e-4 over 2000 steps", rest=f"steps = 2000, {REST}")
    text += "phase two like one { steps = 50, context = 256 }\nflow one -> two\ntransition one -> two { lr = restart }\n"
    assert said("horizon-differs", text)[0].message == (
        "the rate of `two` is drawn over 512,000, copied from `one`, and the phase has 12,800: over 2.5% of the arrow it moves "
        "from 1e-3 to 9.775e-4 only, not to 1e-4"
    )


# ---- the rest


def test_a_stop_cuts_what_decays_and_nothing_else(said):
    assert len(said("stop-cuts-decay", chain("lr = 1e-3 -> 0, stop = loss < 2"))) == 1
    assert said("stop-cuts-decay", chain("lr = 1e-3 -> 0")) == []
    assert said("stop-cuts-decay", chain("lr = [0 -> 1e-3 over 10 steps, 1e-3], stop = loss < 2")) == []
    assert said("stop-cuts-decay", chain("lr = 1e-3, warmup = 10 steps, stop = loss < 2")) == []


def test_a_rate_of_nothing_from_end_to_end_trains_nothing(said):
    assert len(said("lr-zero-all-phase", chain("lr = 1e-3 -> 0", "lr = -> 0 by cosine"))) == 1
    assert len(said("lr-zero-all-phase", chain("lr = 0"))) == 1
    assert said("lr-zero-all-phase", chain("lr = 1e-3 -> 0", "lr = -> 1e-4")) == []


def test_a_schedule_that_landed_in_an_earlier_phase_trains_nothing_later(said):
    text = chain("", "")
    found = said("lr-zero-all-phase", text + "schedule lr over one -> two = [1e-3 -> 0 over 90 steps, 0]\n")
    assert [diagnostic.message for diagnostic in found] == ["the rate of `two` is 0 throughout: 25,600 tokens train nothing"]


def test_a_copied_warm_up_is_told_from_a_written_one(said):
    trunk = chain("lr = 1e-3, warmup = 5 steps")
    copied = trunk + "phase two like one { context = 256, lr = -> 0 }\nflow one -> two\n"
    found = said("warmup-copied", copied)[0]
    assert [label.span.text for label in found.labels] == ["two", "5 steps"]
    assert [(change.span.start, change.replacement) for change in found.fix.changes] == [
        (found.labels[0].span.source.text.index("context = 256, lr = ->"), "warmup = none, ")
    ]
    assert len(said("warmup-continued", copied.replace("lr = -> 0 }", "lr = -> 0, warmup = 5 steps }"))) == 1
    assert said("warmup-copied", copied + "transition one -> two { lr = restart }\n") == []


# ---- warmup-outgrows-phase


@pytest.mark.parametrize(("steps", "count"), [(20, 0), (19, 1), (10, 1)])
def test_a_copied_warmup_that_takes_most_of_its_phase(said, steps, count):
    edge = "lr = restart, optimizer = reset"
    copy = f"like one {{ steps = {steps}, lr = 1e-3 -> 0 }}"
    assert len(said("warmup-outgrows-phase", chain("lr = 1e-3, warmup = 10 steps", copy, edge=edge))) == count


def test_a_warmup_of_its_own_may_take_all_of_a_phase(said):
    edge = "lr = restart, optimizer = reset"
    text = chain("lr = 1e-3", f"{{ steps = 10, {REST}, lr = 1e-3, warmup = 9 steps }}", edge=edge)
    assert said("warmup-outgrows-phase", text) == []


# ---- restart-changes-nothing


@pytest.mark.parametrize(
    ("body", "idle"),
    [
        (chain("lr = 1e-3", "lr = -> 0", edge="lr = restart"), True),
        (chain("lr = 1e-3", "lr = [-> 5e-4 until 50%, -> 0]", edge="lr = restart"), True),
        (chain("lr = 1e-3", "lr = -> 0, warmup = 5 steps", edge="lr = restart"), False),
        (chain("lr = 1e-3", "lr = 1e-3 -> 0", edge="lr = restart"), False),
        (chain("lr = 1e-3", "lr = -> 0", edge="lr = continue"), False),
        (chain("lr = 1e-3", "lr = -> 0"), False),
        (chain("", "", edge="lr = restart") + "schedule lr over one -> two = 1e-3 -> 0\n", True),
        (chain("lr = 1e-3", "", edge="lr = restart") + "schedule lr over two = 1e-4 -> 0\n", False),
    ],
)
def test_a_restart_of_a_rate_that_goes_on(said, body, idle):
    assert len(said("restart-changes-nothing", body)) == idle


def test_one_edge_of_a_path_may_say_that_its_rate_goes_on(said):
    body = chain("lr = 1e-3", "lr = -> 1e-4", "lr = 5e-4", edge="lr = restart")
    assert len(said("restart-changes-nothing", body)) == 1
    assert said("restart-changes-nothing", body + "transition one -> two { lr = continue }\n") == []
