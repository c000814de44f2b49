"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_filters() -> Iterator[mtdsl.Filter]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Filter("example_filter", "example_filter.example_filter:ExampleFilter")
