"""Weights out of weights, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_mergers() -> Iterator[mtdsl.Merger]:
    """The built-in mergers."""
    yield mtdsl.Merger("average", "mtdsl_mergers.average:Average")
    yield mtdsl.Merger("pick", "mtdsl_mergers.pick:Pick")
    yield mtdsl.Merger("wsm", "mtdsl_mergers.wsm:Wsm")
