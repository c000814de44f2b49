"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_evaluators() -> Iterator[mtdsl.Evaluator]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Evaluator("example_evaluator", "example_evaluator.example_evaluator:ExampleEvaluator")
