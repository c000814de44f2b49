"""The learning rate inside a phase, across edges, and over a path."""

from __future__ import annotations

from fractions import Fraction

import pytest

from mtdsl.plan.curves import rate_of_step
from mtdsl.registry import installed

REST = "batch = 1 x 256, context = 256, mix = a"
CHILD = "batch = 1 x 256, mix = a"


def rates(phase):
    return [rate_of_step(phase, step, installed()) for step in range(phase.steps)]


def two(first, second, transition=""):
    edge = f"transition one -> two {{ {transition} }}\n" if transition else ""
    return f"""
    phase one {{ steps = 4, {REST}, {first} }}
    phase two {{ steps = 4, {CHILD}, {second} }}
    flow one -> two
    {edge}"""


def test_an_arrow_moves_on_from_where_the_parent_ended(plan):
    second = plan(two("lr = 1e-3 -> 4e-4", "lr = -> 0")).phases[1]
    assert rates(second) == pytest.approx([4e-4, 3e-4, 2e-4, 1e-4])


def test_it_moves_on_from_the_middle_of_a_cut_arrow(plan):
    second = plan(two("lr = 1e-3 -> 0 over 8 steps", "lr = -> 0")).phases[1]
    assert rates(second) == pytest.approx([5e-4, 3.75e-4, 2.5e-4, 1.25e-4])


def test_it_moves_on_from_a_point_inside_the_parent(plan):
    text = f"""
    phase trunk {{ steps = 8, {REST}, lr = 8e-4 -> 0 }}
    phase probe {{ steps = 2, {CHILD}, lr = -> 0 }}
    flow trunk.at(2 steps) -> probe
    flow trunk
    """
    made = plan(text)
    assert rates(made.phase("probe")) == pytest.approx([6e-4, 3e-4])
    assert made.phase("probe").origin == 512


def test_pieces_follow_one_another(plan):
    phase = plan(f"phase p {{ steps = 10, {REST}, lr = [0 -> 4e-4 over 4 steps, 4e-4 until 6 steps, -> 0] }}\n").phases[0]
    assert rates(phase) == pytest.approx([0, 1e-4, 2e-4, 3e-4, 4e-4, 4e-4, 4e-4, 3e-4, 2e-4, 1e-4])


def test_warmup_takes_the_first_part_and_the_shape_covers_the_rest(plan):
    phase = plan(f"phase p {{ steps = 6, {REST}, lr = 4e-4 -> 0, warmup = 2 steps }}\n").phases[0]
    assert rates(phase) == pytest.approx([2e-4, 4e-4, 4e-4, 3e-4, 2e-4, 1e-4])


def test_rewarm_climbs_from_the_parents_last_rate(plan):
    second = plan(two("lr = 1e-4", "lr = 5e-4, warmup = 4 steps", "lr = rewarm")).phases[1]
    assert rates(second) == pytest.approx([2e-4, 3e-4, 4e-4, 5e-4])


def test_restart_climbs_from_nothing(plan):
    second = plan(two("lr = 1e-4", "lr = 4e-4, warmup = 4 steps", "lr = restart")).phases[1]
    assert rates(second) == pytest.approx([1e-4, 2e-4, 3e-4, 4e-4])


def test_a_schedule_over_a_path_is_one_curve(plan):
    text = f"""
    phase one {{ steps = 4, {REST} }}
    phase two {{ steps = 6, batch = 2 x 256, mix = a }}
    schedule lr over one -> two = [8e-4 until 2 steps, -> 0]
    flow one -> two
    """
    first, second = plan(text).phases
    whole, begin = 4 * 256 + 6 * 512, 2 * 256
    expected = [8e-4 * (1 - max(0, at - begin) / (whole - begin)) for at in (0, 256, 512, 768)]
    expected += [8e-4 * (1 - (1024 + step * 512 - begin) / (whole - begin)) for step in range(6)]
    assert rates(first) + rates(second) == pytest.approx(expected)


def test_a_jump_is_an_error_that_shows_both_ends_and_the_way_out(wrong):
    found = wrong(two("lr = 2e-4 -> 0", "lr = 2e-5 -> 0 by cosine"))
    assert found.id == "lr-jump"
    assert found.message == "the learning rate jumps from 0 to 2e-5 where `two` begins"
    assert [label.message for label in found.labels] == ["`two` starts at 2e-5", "`one` ends at 0"]
    assert [label.span.text for label in found.labels] == ["2e-5", "0"]
    assert found.help == "if the restart is meant, say so: transition one -> two { optimizer = reset, lr = restart }"


def test_one_percent_is_no_jump(plan, wrong):
    assert plan(two("lr = 1e-4", "lr = 1.009e-4")).phases[1].lr.pieces[0].start == Fraction("1.009e-4")
    assert wrong(two("lr = 1e-4", "lr = 1.02e-4")).id == "lr-jump"


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("lr = -> 0", "no-start-value"),
        ("lr = 2B", "unit-mismatch"),
        ("lr = 10%", "unit-mismatch"),
        ("lr = [1e-3, 1e-4]", "piece-without-length"),
        ("lr = [1e-3 over 2 steps, 1e-4 over 2 steps]", "pieces-miss-phase"),
        ("lr = [0 -> 1e-3 over 2 steps, 1e-3 until 20 steps, -> 0]", "pieces-miss-phase"),
        ("lr = [1e-3 until 10 steps, -> 0]", "pieces-miss-phase"),
        ("lr = 1e-3 -> 0 by lineer", "unknown-plugin"),
        ("lr = 1e-3 -> 0 by linear(power = 2)", "plugin-argument"),
        ("lr = 1e-3 -> 0 over 2000", "unit-mismatch"),
        ("lr = 1e-3, warmup = 20 steps", "warmup-longer-than-phase"),
        ("lr = [1e-3 until 2 steps, -> 0], warmup = 4 steps", "warmup-too-long"),
        ("warmup = 2 steps", "missing-attribute"),
    ],
)
def test_what_does_not_fit_is_named(wrong, text, id):
    assert wrong(f"phase p {{ steps = 10, {REST}, {text} }}\n").id == id


def test_a_rate_that_goes_on_cannot_warm_up(wrong):
    assert wrong(two("lr = 1e-4", "lr = 1e-4, warmup = 2 steps")).id == "warmup-continued"


def test_a_warm_up_behind_a_jump_is_kept_and_the_restart_is_what_lacks(wrong, plan):
    text = two("lr = 1e-4 -> 0", "lr = 2e-5 -> 0, warmup = 2 steps")
    found = wrong(text)
    assert (found.id, found.message) == ("lr-jump", "the learning rate jumps from 0 to 2e-5 where `two` begins")
    assert found.fix.title == "write `transition one -> two { lr = restart }`"
    again = two("lr = 1e-4 -> 0", "lr = 2e-5 -> 0, warmup = 2 steps", "lr = restart")
    assert rates(plan(again).phases[1]) == pytest.approx([1e-5, 2e-5, 2e-5, 1e-5])


def test_a_copied_warm_up_behind_a_jump_is_none_of_the_mistake(wrong):
    first = f"phase one {{ steps = 4, {REST}, lr = 1e-4 -> 0, warmup = 2 steps }}\nflow one -> two\n"
    assert wrong(f"{first}phase two like one {{ lr = 1e-4 }}\n").id == "lr-jump"
    assert wrong(f"{first}phase two like one {{ lr = 0 }}\n").id == "warmup-copied"


def test_an_arrow_longer_than_its_phase_is_cut_and_told_of(found):
    made, diagnostics = found(f"phase p {{ steps = 10, {REST}, lr = 1e-3 -> 0 over 20 steps }}\n")
    assert [one.id for one in diagnostics] == ["decay-never-lands"]
    assert rates(made.phases[0])[-1] == pytest.approx(1e-3 * (1 - 9 / 20))


def test_a_number_longer_than_its_phase_is_cut_and_noted(found):
    rest = REST.replace("mix = a", "mix = a, z_loss = 0 -> 1e-4 over 20 steps, lr = 1e-3")
    assert [one.id for one in found(f"phase p {{ steps = 10, {rest} }}\n")[1]] == ["arrow-cut"]


def test_a_schedule_owns_its_attribute(wrong):
    text = f"""
    phase one {{ steps = 4, {REST}, lr = 1e-3 }}
    phase two {{ steps = 4, {CHILD} }}
    schedule lr over one -> two = 1e-3 -> 0
    flow one -> two
    """
    assert wrong(text).id == "schedule-owns"


def test_a_point_inside_a_warmup_has_the_rate_that_it_has_risen_to(plan):
    made = plan(f"""
    phase one {{ steps = 100, {REST}, lr = 1e-3, warmup = 20 steps }}
    phase two {{ steps = 4, {CHILD}, lr = -> 0 }}
    flow one.at(5 steps) -> two
    phase side {{ steps = 4, {REST}, lr = 1e-3 }}
    phase through {{ steps = 10, {REST}, lr = 1e-3, warmup = 5 steps }}
    flow one -> side
    transition one -> side {{ lr = restart }}
    flow side -> through
    transition side -> through {{ lr = restart }}
    check one.lr.at(5 steps) == 25e-5
    check through.lr.end == 1e-3 and one.lr.start == 1e-3
    """)
    assert made.phase("two").lr.pieces[0].start == Fraction(25, 100_000)
    assert rates(made.phase("one"))[4] == pytest.approx(2.5e-4)  # the last step before that point


def test_a_rewarmed_rate_that_is_left_half_way_has_climbed_half_way(wrong):
    said = wrong(f"""
    phase one {{ steps = 4, {REST}, lr = 1e-4 }}
    phase two {{ steps = 100, {CHILD}, lr = 3e-4, warmup = 20 steps }}
    phase last {{ steps = 4, {CHILD}, lr = 3e-4 -> 0 }}
    flow one -> two
    flow two.at(10 steps) -> last
    transition one -> two {{ lr = rewarm }}
    """)
    assert (said.id, said.message) == ("lr-jump", "the learning rate jumps from 2e-4 to 3e-4 where `last` begins")


@pytest.mark.parametrize("value", ["[0 -> 1e-3 over 2 steps, 1e-3]", "[0 -> 1e-3 over 3 steps, 1e-3]", "0 -> 1e-3"])
@pytest.mark.parametrize("own", [True, False])
def test_a_rate_that_rises_by_itself_has_no_warm_up(plan, wrong, value, own):
    """Of a warm-up behind which the shape begins at 0, the steps would be trained at 0."""
    phase = f"phase p {{ steps = 8, {REST}, lr = {value}"
    text = f"{phase}, warmup = 2 steps }}\n" if own else f"warmup = 2 steps\n{phase} }}\n"
    found = wrong(text)
    assert (found.id, found.message.partition(": ")[2]) == ("warmup-climbs-nowhere", "this rate rises by itself")
    here = ("warmup = 2 steps", "warmup = none") if own else (f"lr = {value}", f"lr = {value}, warmup = none")
    assert found.help.startswith("write `warmup = none`")
    assert rates(plan(text.replace(*here)).phases[0])[1] > 0
    assert rates(plan(text.replace(value, "1e-3")).phases[0])[0] == 5e-4


def test_a_warm_up_to_nothing_or_from_the_rate_itself_is_refused(wrong):
    for text in ("lr = 0, warmup = 2 steps", "lr = 1e-3 -> 0, warmup = rise(2 steps, first = 1e-3)"):
        found = wrong(f"phase p {{ steps = 8, {REST}, {text} }}\n")
        assert (found.id, found.message.partition(": ")[2]) == ("warmup-climbs-nowhere", "there is nothing to climb to")


def test_a_rate_that_begins_above_0_may_warm_up_and_rise_on(plan):
    assert rates(plan(f"phase p {{ steps = 4, {REST}, lr = 4e-4 -> 8e-4, warmup = 2 steps }}\n").phases[0])[1] == 4e-4


@pytest.mark.parametrize("value", ["-> 0", "1e-4", "4e-4 -> 0"])
def test_a_climb_from_the_parents_rate_goes_up(plan, wrong, value):
    text = two("lr = 1e-3 -> 4e-4", f"lr = {value}, warmup = 2 steps", "lr = rewarm")
    found = wrong(text)
    way = "leave out `warmup` and `lr = rewarm`" if value == "-> 0" else "`lr = restart`"
    assert (found.id, found.help) == ("warmup-climbs-nowhere", f"write the rate that it climbs to, above 4e-4, or {way}")
    out = two("lr = 1e-3 -> 4e-4", "lr = -> 0") if value == "-> 0" else text.replace("lr = rewarm", "lr = restart")
    assert plan(out)
    assert rates(plan(text.replace(f"lr = {value}", "lr = 8e-4 -> 0")).phases[1])[1] == 8e-4
