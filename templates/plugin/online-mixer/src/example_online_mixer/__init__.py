"""What this package adds to mtdsl. Registering imports nothing: the factory is text."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_mixers() -> Iterator[mtdsl.Mixer]:
    """One line a technique: its name in recipes, and where its factory is."""
    yield mtdsl.Mixer("example_online_mixer", "example_online_mixer.example_online_mixer:ExampleOnlineMixer")
