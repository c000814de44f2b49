"""What the author of a plan should know, built in; registered as any third party's lints are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_lints() -> Iterator[mtdsl.Lint]:
    """The built-in lints, by subject: rate, budget and batch, window, data, chain and state."""
    yield mtdsl.Lint("mask-changes", "mtdsl_lints.mask_changes:mask_changes")
