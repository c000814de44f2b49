"""What a step minimises, built in; registered as any third party's objectives are."""

from __future__ import annotations

from collections.abc import Iterator

import mtdsl


@mtdsl.hookimpl
def mtdsl_objectives() -> Iterator[mtdsl.Objective]:
    """The built-in objectives."""
    yield mtdsl.Objective("next_token", "mtdsl_objectives.next_token:NextToken")
    yield mtdsl.Objective("kl", "mtdsl_objectives.kl:KL")
