"""The suite that mtdsl's own fitters pass, and runs whose best mixture is known."""

from __future__ import annotations

from example_fitter.example_fitter import ExampleFitter

from mtdsl import Proxies, Search
from mtdsl.testing import FitterSuite


class TestExampleFitter(FitterSuite):
    """It proposes a mixture, always the same."""

    technique = "example_fitter"
    examples = ({}, {"width": 0.3, "top": 3})


def test_the_best_of_three_runs_is_proposed() -> None:
    """Runs far from one another are predicted as they were."""
    runs = Proxies(("a", "b"), ((1.0, 0.0), (0.5, 0.5), (0.0, 1.0)), ((3.0,), (2.0,), (4.0,)))
    law = ExampleFitter(width=0.01).fit(runs, 0)
    assert law.predict(runs.shares) == [3.0, 2.0, 4.0]
    assert law.best(Search((0.9, 0.1))) == [0.5, 0.5]
