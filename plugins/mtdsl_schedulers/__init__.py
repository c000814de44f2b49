"""Shapes of arrows, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_schedulers() -> Iterator[mtdsl.Scheduler]:
    """The built-in schedulers."""
    yield mtdsl.Scheduler("linear", "mtdsl_schedulers.linear:Linear")
    yield mtdsl.Scheduler("cosine", "mtdsl_schedulers.cosine:Cosine")
    yield mtdsl.Scheduler("sqrt", "mtdsl_schedulers.sqrt:Sqrt")
