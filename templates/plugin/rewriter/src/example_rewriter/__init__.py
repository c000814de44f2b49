"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_rewriters() -> Iterator[mtdsl.Rewriter]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Rewriter("example_rewriter", "example_rewriter.example_rewriter:ExampleRewriter")
