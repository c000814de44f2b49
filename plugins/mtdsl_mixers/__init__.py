"""Rules that choose weights, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_mixers() -> Iterator[mtdsl.Mixer]:
    """The built-in mixers."""
    yield mtdsl.Mixer("documents", "mtdsl_mixers.documents:Documents")
    yield mtdsl.Mixer("natural", "mtdsl_mixers.natural:Natural")
    yield mtdsl.Mixer("odm", "mtdsl_mixers.odm:Odm")
    yield mtdsl.Mixer("temperature", "mtdsl_mixers.temperature:Temperature")
