"""A schedule over a path: which path, where forks part, and what else may say a rate."""

from __future__ import annotations

import pytest

from mtdsl.plan import batchaxis, batches, to_json
from mtdsl.plan.curves import rate_of_step
from mtdsl.registry import installed

REST = "batch = 1 x 256, mix = a"
TRUNK = f"phase trunk {{ steps = 4, context = 256, {REST} }}\n"
START = "start base { tokens = 1B, context = 256, lr = 8e-4 }\n"


def rates(phase):
    return [rate_of_step(phase, step, installed()) for step in range(phase.steps)]


def test_a_path_that_leaves_a_phase_half_way_is_that_much_shorter(plan):
    text = f"phase x {{ steps = 4, {REST} }}\nschedule lr over trunk.at(50%) -> x = 6e-4 -> 0\nflow trunk.at(50%) -> x\n"
    first, second = plan(TRUNK + text).phases
    assert rates(first) + rates(second) == pytest.approx([6e-4, 5e-4, 4e-4, 3e-4, 2e-4, 1e-4])


def test_branches_may_differ_behind_the_fork_only(plan, wrong):
    text = TRUNK + f"phase x for n in [4, 8] {{ steps = n, {REST} }}\nflow trunk -> x\nschedule lr over trunk -> x = "
    assert wrong(text + "1e-3 -> 0\n").id == "schedule-forks"
    made = plan(text + "[8e-4 until 4 steps, 8e-4 -> 0]\n")
    assert [rates(made.phase(name))[1] for name in ("trunk", "x[4]", "x[8]")] == pytest.approx([8e-4, 6e-4, 7e-4])


def test_it_moves_on_from_where_the_path_begins(plan):
    text = f"phase x {{ steps = 4, {REST} }}\nschedule lr over x = -> 0\nflow base -> x\n"
    assert rates(plan(START + text).phases[0]) == pytest.approx([8e-4, 6e-4, 4e-4, 2e-4])


@pytest.mark.parametrize(
    ("text", "id"),
    [
        (f"phase x {{ steps = 2, {REST} }}\nschedule lr over base -> x = 8e-4 -> 0\nflow base -> x\n", "schedule-path"),
        (f"phase x {{ steps = 2, {REST} }}\nschedule lr over x = 1e-4 -> 0\nflow base -> x\n", "lr-jump"),
        (f"phase x {{ steps = 2, {REST} }}\nschedule lr over y = 1e-4 -> 0\nflow base -> x\n", "unknown-name"),
        (f"phase x {{ steps = 2, {REST} }}\nschedule lr over x = 80% -> 0\nflow base -> x\n", "unit-mismatch"),
        (
            "phase x { steps = 2, batch = 1 x 256, lr = 8e-4, mix = a }\nschedule seed over x = 1\nflow base -> x\n",
            "unknown-key",
        ),
    ],
)
def test_what_is_no_schedule_is_one_mistake(wrong, text, id):
    assert wrong(START + text).id == id


def test_phases_that_do_not_follow_are_no_path(wrong):
    text = f"phase x {{ steps = 2, {REST}, lr = 1e-3 }}\nphase y {{ steps = 2, {REST}, lr = 1e-3 }}\nflow trunk -> x -> y\n"
    trunk = TRUNK.replace("steps = 4", "steps = 4, lr = 1e-3")
    assert wrong(trunk + text + "schedule lr over trunk -> y = 1e-3 -> 0\n").id == "schedule-path"


def test_warmup_under_a_schedule_is_not_ignored(wrong):
    text = TRUNK.replace("steps = 4", "steps = 4, warmup = 2 steps")
    assert wrong(text + "schedule lr over trunk = 1e-3 -> 0\n").id == "schedule-owns"


def test_a_phase_in_the_middle_of_a_path_begins_where_the_curve_is_there(plan):
    """Two phases of 4 steps under one line from 8e-4 to 0; and under an arrow that has landed before."""
    text = TRUNK + f"phase x {{ steps = 4, {REST} }}\nflow trunk -> x\n"
    made = plan(text + "schedule lr over trunk -> x = 8e-4 -> 0\ncheck x.lr.start == trunk.lr.end and x.lr.start == 4e-4\n")
    assert [phase["lr"]["start"] for phase in to_json(made)["phases"]] == pytest.approx([8e-4, 4e-4])
    made = plan(text + "schedule lr over trunk -> x = 2e-4 -> 1e-4 over 2 steps\n")
    assert to_json(made)["phases"][1]["lr"]["start"] == 1e-4


def test_a_rate_over_a_path_goes_on_from_what_coupling_made_of_it(wrong):
    said = wrong("""
    phase one { tokens = 65_536, batch = 1 x 256 -> 4 x 256 over 32_768 tokens, context = 256, mix = a, coupling = linear }
    phase two { tokens = 65_536, batch = 4 x 256, mix = a }
    flow one -> two
    schedule lr over one -> two = [1e-3 until 65_536 tokens, -> 0]
    """)
    assert (said.id, said.message) == ("lr-jump", "the learning rate jumps from 4e-3 to 1e-3 where `two` begins")


def test_a_rate_over_a_path_goes_on_behind_a_phase_of_no_steps(wrong, plan):
    body = """
    phase one { steps = 4, batch = 1 x 256, context = 256, mix = a, lr = 1e-4 }
    phase none_ { steps = 0 }
    phase two { steps = 4, batch = 1 x 256, mix = a }
    flow one -> none_ -> two
    schedule lr over none_ -> two = FIRST -> 0
    """
    assert wrong(body.replace("FIRST", "5e-4")).id == "lr-jump"
    assert plan(body.replace("FIRST", "1e-4"))


@pytest.mark.parametrize(
    ("name", "path", "event"), [("lr", "1e-3", "5e-4"), ("mix", "a -> b", "b"), ("batch", "1 x 256 -> 4 x 256", "4 x 256")]
)
def test_no_event_sets_what_a_schedule_sets(wrong, name, path, event):
    own = {"lr": "lr = 1e-3", "mix": "mix = a", "batch": "batch = 1 x 256"}
    rest = ", ".join(text for other, text in own.items() if other != name)
    said = wrong(f"""
    phase one {{ steps = 10, context = 256, {rest}, when steps >= 50% {{ {name} = {event} }} }}
    phase two {{ steps = 10, {rest} }}
    flow one -> two
    schedule {name} over one -> two = {path}
    """)
    assert (said.id, said.message) == ("schedule-owns", f"a schedule sets `{name}` of `one`, so no event can")


@pytest.mark.parametrize(
    ("name", "default", "path"),
    [
        ("lr", "lr = 1e-3", "1e-3 -> 5e-4"),
        ("mix", "mix = b", "a -> b over 100%"),
        ("batch", "batch = 2 x 256", "1 x 256 -> 4 x 256"),
        ("clip", "clip = 0.5", "1 -> 0.5"),
    ],
)
def test_the_recipe_s_own_value_is_for_phases_outside_of_the_path(plan, wrong, name, default, path):
    own = {"lr": "lr = 5e-4", "mix": "mix = a", "batch": "batch = 1 x 256"}
    rest = ", ".join(text for other, text in own.items() if other != name)
    text = f"""
    {default}
    context = 256
    phase one {{ steps = 10, {rest} }}
    phase two {{ steps = 10, {rest} }}
    phase three {{ steps = 10, {rest} }}
    flow one -> two -> three
    transition two -> three {{ lr = restart }}
    schedule {name} over one -> two = {path}
    """
    alone = plan(text.replace(default, "", 1).replace("phase three { steps = 10", f"phase three {{ {default}, steps = 10"))
    assert plan(text).phases == alone.phases
    said = wrong(text.replace("phase two { steps = 10", f"phase two {{ {default}, steps = 10"))
    assert (said.id, said.message) == ("schedule-owns", f"a schedule sets `{name}` of `two` already")


def test_the_recipe_s_own_warm_up_is_not_that_of_a_rate_over_a_path(plan):
    text = f"warmup = 2 steps\n{TRUNK}phase x {{ steps = 4, lr = 1e-3, {REST} }}\nflow trunk -> x\n"
    made = plan(text + "schedule lr over trunk = 1e-3 -> 0\ntransition trunk -> x { lr = restart }\n")
    assert [phase.lr.warmup and phase.lr.warmup.steps for phase in made.phases] == [None, 2]


LEFT = f"""
{TRUNK}phase early {{ steps = 2, {REST} }}
phase main {{ steps = 4, lr = -> 0, {REST} }}
flow trunk -> main
flow trunk.at(2 steps) -> early
"""


def test_a_phase_that_a_path_leaves_inside_trains_on_as_it_stands(plan):
    """WSD: the trunk stands at 8e-4 for all of its 4 steps, and what decays is the branch."""
    made = plan(LEFT + "schedule lr over trunk.at(2 steps) -> early = [8e-4 until 2 steps, -> 0]\n")
    assert rates(made.phase("trunk")) == pytest.approx([8e-4] * 4)
    assert rates(made.phase("early")) == pytest.approx([8e-4, 4e-4])
    assert rates(made.phase("main"))[0] == pytest.approx(8e-4)


def test_a_point_between_two_steps_is_the_next_step_s_for_the_curve_too(plan):
    text = LEFT.replace("at(2 steps)", "at(510 tokens)")
    made = plan(text + "schedule lr over trunk.at(510 tokens) -> early = [8e-4 until 510 tokens, -> 0]\n")
    assert rates(made.phase("trunk")) == pytest.approx([8e-4] * 4)


def test_a_move_that_lands_where_the_path_leaves_is_held(plan):
    made = plan(LEFT + "schedule lr over trunk.at(2 steps) -> early = [0 -> 8e-4 over 2 steps, -> 0]\n")
    assert rates(made.phase("trunk")) == pytest.approx([0, 4e-4, 8e-4, 8e-4])


def test_a_phase_cannot_train_on_in_the_middle_of_a_move(wrong, plan):
    schedule = "schedule lr over trunk.at(2 steps) -> early = 8e-4 -> 0\n"
    said = wrong(LEFT + schedule)
    assert (said.id, "`trunk` trains on" in said.message) == ("schedule-forks", True)
    alone = LEFT.replace("flow trunk -> main\n", "").replace(f"phase main {{ steps = 4, lr = -> 0, {REST} }}\n", "")
    assert rates(plan(alone + schedule).phase("trunk")) == pytest.approx([8e-4, 6e-4])


@pytest.mark.parametrize("unit", ["steps", "tokens"])
def test_a_batch_over_a_path_that_leaves_a_phase_inside(plan, unit):
    text = LEFT.replace("batch = 1 x 256, ", "").replace("lr = -> 0", "batch = 1 x 256").replace("flow", "lr = 1e-3\nflow", 1)
    path = "schedule batch over trunk.at(2 steps) -> early = [1 x 256 until 2 steps, 2 x 256]\n"
    if unit == "tokens":
        for steps in (2, 4):
            text = text.replace(f"steps = {steps}", f"tokens = {256 * steps}")
        text, path = (part.replace("2 steps", "512 tokens") for part in (text, path))
    made = plan(text + path)
    sizes = [[(run.steps, run.sequences) for run in made.phase(name).batch.runs] for name in ("trunk", "early")]
    assert sizes == [[(4, 1)], [(2 if unit == "steps" else 1, 2)]]


@pytest.mark.parametrize("path", ["trunk.at(1 steps) -> early", "trunk.at(2 steps)", "trunk -> early.at(50%)"])
def test_a_point_that_is_not_the_flow_s_is_no_path(wrong, path):
    rest = LEFT.replace(f"steps = 2, {REST}", f"steps = 2, {REST}, lr = 1e-3") if path == "trunk.at(2 steps)" else LEFT
    assert wrong(rest + f"schedule lr over {path} = 8e-4\n").id == "schedule-path"


def test_a_batch_over_a_path_is_laid_once_for_all_its_phases(plan, monkeypatch):
    tried = []
    monkeypatch.setattr(batchaxis, "batch_of", lambda *said, **named: tried.append(1) or batches.batch_of(*said, **named))

    def tries(phases):
        tried.clear()
        names = [f"p{number}" for number in range(phases)]
        text = "".join(f"phase {name} {{ steps = 4, lr = 1e-3, context = 256, mix = a }}\n" for name in names)
        path = " -> ".join(names)
        plan(f"{text}flow {path}\nschedule batch over {path} = 1 x 256 -> 64 x 256\n")
        return len(tried)

    assert tries(40) < 2 * tries(10)
