"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_lints() -> Iterator[mtdsl.Lint]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Lint("example-lint", "example_lint.example_lint:example_lint")
