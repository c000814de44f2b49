"""`mtdsl check`: does the recipe fit together?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mtdsl.cli.recipes import Sets, settings
from mtdsl.cli.terminal import colored
from mtdsl.diag import Diagnostic


def check(
    recipes: list[Path],
    /,
    *,
    set_: Sets = None,
    format_: Literal["full", "concise", "json"] = "full",
) -> int:
    """Check recipes without running anything.

    Prints what is wrong and exits 1 where there is an error.

    Parameters
    ----------
    recipes
        Recipes (.mtr).
    set_
        Set a `param` of the recipe: NAME=VALUE.
    format_
        full shows the lines of the recipe, concise is one line a problem, json is for machines.
    """
    from mtdsl.plan import compile
    from mtdsl.registry import installed

    found: list[Diagnostic] = []
    for recipe in recipes:
        found += [remark for remark in compile(recipe, settings(set_), installed())[1] if remark not in found]
    sys.stdout.write(_drawn(found, format_))
    sys.stderr.write(_summary(found, len(recipes)) if format_ == "full" else "")
    return int(any(remark.severity == "error" for remark in found))


def _drawn(found: Sequence[Diagnostic], form: str) -> str:
    if form == "json":
        from mtdsl.diag import machine

        return machine.render(found) + "\n"
    if not found:
        return ""
    if form == "concise":
        from mtdsl.diag import concise

        return concise.render(found) + "\n"
    from mtdsl.diag import text

    return text.render(found, color=colored(sys.stdout)) + "\n\n"


def _summary(found: Sequence[Diagnostic], recipes: int) -> str:
    counts = [(sum(remark.severity == kind for remark in found), kind) for kind in ("error", "warning", "note")]
    said = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for count, kind in counts if count)
    return f"{recipes} recipe{'s' * (recipes != 1)} checked: {said or 'no problems'}\n"
