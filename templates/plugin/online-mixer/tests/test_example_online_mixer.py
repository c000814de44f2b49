"""The suite that mtdsl's own mixers that learn pass, and weights that were worked out by hand."""

from __future__ import annotations

from math import e

import pytest
from example_online_mixer.example_online_mixer import ExampleOnlineMixer

from mtdsl import Feedback, SourceFacts
from mtdsl.testing import OnlineMixerSuite


class TestExampleOnlineMixer(OnlineMixerSuite):
    """Weights stay weights, the state is JSON, and a run that goes on is the run that nobody stopped."""

    technique = "example_online_mixer"
    examples = ({}, {"tilt": 2, "kept": 0})


def test_a_nat_more_is_a_weight_e_times_as_large() -> None:
    """Of two sources with equal shares, one has a loss that is one nat higher, in the first step and in the mean."""
    mixer = ExampleOnlineMixer(tilt=1, kept=0.5)
    state = mixer.begin([SourceFacts("web", 900), SourceFacts("code", 100)])
    assert mixer.weights(state) == [1.0, 1.0]
    state = mixer.observe(state, Feedback({"web": 3.0, "code": 2.0}))
    assert mixer.weights(state) == pytest.approx([1.0, 1 / e])
    state = mixer.observe(state, Feedback({"web": 1.0}))
    assert mixer.weights(state) == [1.0, 1.0]
