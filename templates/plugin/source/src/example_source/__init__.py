"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_sources() -> Iterator[mtdsl.Source]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Source("example_source", "example_source.example_source:ExampleSource")
