"""Conditions on what was measured, built in; registered as any third party's gates are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_gates() -> Iterator[mtdsl.Gate]:
    """The built-in gates."""
    yield mtdsl.Gate("plateau", "mtdsl_gates.plateau:Plateau")
