"""The suite that mtdsl's own gates pass, and readings that leave no doubt."""

from __future__ import annotations

import pytest
from example_gate.example_gate import ExampleGate

from mtdsl import Reading
from mtdsl.testing import GateSuite


class TestExampleGate(GateSuite):
    """It names its metrics, and decides by their readings alone."""

    technique = "example_gate"
    examples = ({"metric": "loss", "level": 2}, {"metric": "grad_norm", "level": 0.5, "times": 1})


@pytest.mark.parametrize(
    ("values", "holds"), [((), False), ((1.0,), False), ((3.0, 1.0, 2.0), True), ((1.0, 3.0), False), ((1.0, 2.1, 1.0), False)]
)
def test_two_in_a_row(values: tuple[float, ...], holds: bool) -> None:
    """The last two, both at most 2."""
    readings = [Reading(at * 1000, value) for at, value in enumerate(values, 1)]
    assert ExampleGate("loss", level=2.0, times=2)({"loss": readings}) is holds
