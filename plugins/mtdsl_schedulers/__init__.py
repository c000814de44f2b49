"""Shapes of arrows, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_schedulers() -> Iterator[mtdsl.Scheduler]:
    """The built-in schedulers."""
    yield mtdsl.Scheduler("linear", "mtdsl_schedulers.linear:Linear")
    yield mtdsl.Scheduler("cosine", "mtdsl_schedulers.cosine:Cosine")
    yield mtdsl.Scheduler("exponential", "mtdsl_schedulers.exponential:Exponential")
    yield mtdsl.Scheduler("half_cosine", "mtdsl_schedulers.half_cosine:HalfCosine")
    yield mtdsl.Scheduler("wsd_s", "mtdsl_schedulers.wsd_s:WSDS")
    yield mtdsl.Scheduler("sqrt", "mtdsl_schedulers.sqrt:Sqrt")
