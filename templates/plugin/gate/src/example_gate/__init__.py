"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_gates() -> Iterator[mtdsl.Gate]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Gate("example_gate", "example_gate.example_gate:ExampleGate")
