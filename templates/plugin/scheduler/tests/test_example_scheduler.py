"""The suite that mtdsl's own schedulers pass, and values that were worked out by other means."""

from __future__ import annotations

from math import exp

import pytest
from example_scheduler.example_scheduler import ExampleScheduler

from mtdsl import Progress
from mtdsl.testing import SchedulerSuite


class TestExampleScheduler(SchedulerSuite):
    """Finite, pure, and its arrows end where they say."""

    technique = "example_scheduler"
    examples = ({}, {"steepness": 3})


@pytest.mark.parametrize("part", [0.0, 0.1, 0.35, 0.5, 0.9, 1.0])
def test_it_is_the_logistic_curve_scaled(part: float) -> None:
    """The curve written with exponentials, from its value at the arrow's begin to that at its end."""
    begin, here, end = (1 / (1 + exp(-10 * (p - 0.5))) for p in (0.0, part, 1.0))
    found = ExampleScheduler(steepness=10)(Progress(part, part * 1e9, 1e9, 1e-3, 0.0))
    assert found == pytest.approx((here - begin) / (end - begin), abs=1e-12)
