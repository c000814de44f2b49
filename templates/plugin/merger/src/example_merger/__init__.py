"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_mergers() -> Iterator[mtdsl.Merger]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Merger("example_merger", "example_merger.example_merger:ExampleMerger")
