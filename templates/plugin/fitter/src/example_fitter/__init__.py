"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_fitters() -> Iterator[mtdsl.Fitter]:
    """One line a technique: its name behind `mtdsl mix fit --by`, and where its factory is."""
    yield mtdsl.Fitter("example_fitter", "example_fitter.example_fitter:ExampleFitter")
