"""What the author of a plan should know, built in; registered as any third party's lints are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl

WINDOW = (
    "factor-misses-window",
    "mask-changes",
    "no-document-that-long",
    "packing-changes",
    "theta-falls",
    "theta-too-small-for-window",
)


@mtdsl.hookimpl
def mtdsl_lints() -> Iterator[mtdsl.Lint]:
    """The built-in lints, by subject; each is the function in the file of its name."""
    for id in WINDOW:
        name = id.replace("-", "_")
        yield mtdsl.Lint(id, f"mtdsl_lints.{name}:{name}")
