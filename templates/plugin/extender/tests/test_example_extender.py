"""The suite that mtdsl's own extenders pass, and a base that was worked out by hand."""

from __future__ import annotations

import pytest
from example_extender.example_extender import ExampleExtender

from mtdsl.diag import Refusal
from mtdsl.testing import ExtenderSuite


class TestExampleExtender(ExtenderSuite):
    """Its closed form is what transformers builds, and an exported model gives the same logits."""

    technique = "example_extender"
    examples = ({}, {"power": 1.5})


def test_a_window_eight_times_as_long() -> None:
    """8^2 = 64 times the base; the first frequency is 1, whatever the base."""
    extender = ExampleExtender(power=2)
    after = extender.rope_parameters({"rope_type": "default", "rope_theta": 10_000.0}, 4096, 32_768)
    assert after == {"rope_type": "default", "rope_theta": 640_000.0}
    assert extender.inv_freq(after, 4) == ([1.0, pytest.approx(640_000.0**-0.5)], 1.0)


def test_positions_that_are_scaled_are_refused() -> None:
    """A new base under YaRN's scaling would be another scaling."""
    with pytest.raises(Refusal, match="already scaled by `yarn`"):
        ExampleExtender().rope_parameters({"rope_type": "yarn", "rope_theta": 10_000.0}, 4096, 32_768)
