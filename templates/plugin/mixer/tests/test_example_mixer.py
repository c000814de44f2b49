"""The suite that mtdsl's own mixers pass, and weights that were worked out by hand."""

from __future__ import annotations

import pytest
from example_mixer.example_mixer import ExampleMixer

from mtdsl import SourceFacts
from mtdsl.testing import MixerSuite


class TestExampleMixer(MixerSuite):
    """Weights are finite, none is negative, and they are pure."""

    technique = "example_mixer"
    examples = ({}, {"even": "50%"}, {"even": 0}, {"even": 1})


def test_a_fifth_shared_out_evenly() -> None:
    """0.8 x 90 % + 0.1 and 0.8 x 10 % + 0.1."""
    sources = [SourceFacts("web", 900), SourceFacts("code", 100)]
    assert ExampleMixer(even=0.2)(sources) == pytest.approx([0.82, 0.18])
