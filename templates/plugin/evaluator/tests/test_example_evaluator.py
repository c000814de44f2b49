"""The suite that mtdsl's own evaluators pass, and what it refuses."""

from __future__ import annotations

import pytest
from example_evaluator.example_evaluator import ExampleEvaluator

from mtdsl.testing import EvaluatorSuite


class TestExampleEvaluator(EvaluatorSuite):
    """It says what it measures before there is a model."""

    technique = "example_evaluator"
    examples = ({"of": "[a]"}, {"of": "[a, b]"})


def test_nothing_to_measure_on_is_refused() -> None:
    """In words for the recipe's author."""
    with pytest.raises(ValueError, match="needs the sources"):
        ExampleEvaluator(())
