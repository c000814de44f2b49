"""Optimizers, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_optimizers() -> Iterator[mtdsl.Optimizer]:
    """The built-in optimizers."""
    yield mtdsl.Optimizer("adamw", "mtdsl_optimizers.adamw:AdamW")
