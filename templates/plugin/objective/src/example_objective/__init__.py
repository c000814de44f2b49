"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_objectives() -> Iterator[mtdsl.Objective]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Objective("example_objective", "example_objective.example_objective:ExampleObjective")
