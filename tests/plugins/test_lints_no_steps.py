"""What a transition into a phase of no steps says of a state that the phase does not have."""

import pytest
from chained import chain

SERVE = "{ steps = 0, context = 256 }"


@pytest.mark.parametrize(
    ("edge", "named"),
    [
        ("transition one -> two { optimizer = reset }", ["optimizer"]),
        ("transition one -> two { optimizer = reset, data = fresh }", ["optimizer", "data"]),
        ("transition two -> three { optimizer = reset }", []),
        ("transition one -> two -> three { optimizer = reset }", []),
        ("transition one -> two { gate = loss < 2 }", []),
    ],
)
def test_a_transition_into_a_phase_of_no_steps(said, edge, named):
    found = said("said-of-no-steps", chain("lr = 1e-3", SERVE, "lr = 1e-3") + edge + "\n")
    assert [part for one in found for part in one.message.split("`")[3::2]] == named
