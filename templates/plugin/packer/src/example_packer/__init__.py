"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_packers() -> Iterator[mtdsl.Packer]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Packer("example_packer", "example_packer.example_packer:ExamplePacker")
