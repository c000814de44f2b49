"""Changes of window and positions, built in; registered as any third party's are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_extenders() -> Iterator[mtdsl.Extender]:
    """The built-in context extenders."""
    yield mtdsl.Extender("nope", "mtdsl_context.nope:Nope")
    yield mtdsl.Extender("llama3", "mtdsl_context.llama3:Llama3")
    yield mtdsl.Extender("rope", "mtdsl_context.rope:Rope")
    yield mtdsl.Extender("yarn", "mtdsl_context.yarn:Yarn")
