"""ODM against the released code's own numbers, and what a checkpoint keeps of it."""

import json
from pathlib import Path

import pytest
from mtdsl_mixers.odm import exploration

import mtdsl
from mtdsl.registry import installed

GOLDEN = Path(__file__).parent / "golden"
SOURCES = [mtdsl.SourceFacts(name, 1000) for name in ("d0", "d1", "d2")]


@pytest.fixture
def odm():
    return installed().build("mixer", "odm", {"alpha": 0.9})


def golden(method):
    return json.loads((GOLDEN / f"odm__SmoothedMeanWeightUpdater_{method}.json").read_text())


def states(mixer, losses):
    state = mixer.begin(SOURCES)
    for one in losses:
        state = mixer.observe(state, mtdsl.Feedback(one))
        yield state


def test_weights_of_the_released_code(odm):
    case = golden("update")
    found = list(states(odm, [{one["dataset"]: one["reward"]} for one in case["inputs"]]))
    for state, (_, expected) in zip(found, case["points"], strict=True):
        assert odm.weights(state) == pytest.approx(expected["probabilities"], rel=1e-6)
        assert list(state["rewards"].values()) == pytest.approx(expected["estimated_reward"], rel=1e-6)
        assert state["exploration"] == pytest.approx(expected["eps"], rel=1e-6)


def test_rewards_of_several_sources_a_step(odm):
    case = golden("group_update")
    losses = [dict(zip(one["datasets"], one["rewards"], strict=True)) for one in case["inputs"]]
    for state, (_, expected) in zip(states(odm, losses), case["points"], strict=True):
        assert list(state["rewards"].values()) == pytest.approx(expected["estimated_reward"], rel=1e-6)


@pytest.mark.parametrize(("step", "rate"), [(1, 0.2), (10, 0.17941226), (100, 0.05673514), (1000, 0.01794123)])
def test_exploration_of_five_sources(step, rate):
    assert exploration(5, step) == pytest.approx(rate, abs=1e-8)


def test_a_state_read_back_goes_on_alike(odm):
    *_, state = states(odm, [{"d0": 2.0, "d1": 3.0}] * 9)
    feedback = mtdsl.Feedback({"d2": 2.5})
    assert odm.observe(json.loads(json.dumps(state)), feedback) == odm.observe(state, feedback)


def test_a_loss_of_fresh_weights_stays_finite(odm):
    *_, state = states(odm, [{"d0": 11.8, "d1": 11.7, "d2": 11.9}] * 50)
    assert sum(odm.weights(state)) == pytest.approx(1)
    assert min(odm.weights(state)) >= state["exploration"] - 1e-12


def test_it_begins_with_the_shares_that_are_written(odm):
    written = [mtdsl.SourceFacts("d0", 1000, 0.75), mtdsl.SourceFacts("d1", 9000, 0.25)]
    assert (odm(written), odm.weights(odm.begin(written))) == ([0.75, 0.25], [0.75, 0.25])
    assert odm(SOURCES) == [1, 1, 1]


def test_what_learns_is_told_apart(odm):
    assert isinstance(odm, mtdsl.Learning)
    assert not isinstance(installed().build("mixer", "natural", {}), mtdsl.Learning)
