"""From the arguments of a command to a plan: `--set`, compiling, and drawing what was found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mtdsl.cli.failure import Misuse
from mtdsl.cli.terminal import colored
from mtdsl.diag import Diagnostic

if TYPE_CHECKING:
    from mtdsl.plan import Analysis
    from mtdsl.plan.model import Plan

Sets = list[str] | None
"""`--set NAME=VALUE`, as often as one likes."""


def settings(pairs: Sequence[str] | None) -> dict[str, str]:
    """`["budget=50B"]` as `{"budget": "50B"}`; the last one of a name counts. Raises `Misuse` for `["budget"]`."""
    sets = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not name.strip() or not equals:
            raise Misuse(f"`--set {pair}` is not NAME=VALUE, such as `--set budget=50B`")
        sets[name.strip()] = value.strip()
    return sets


def compiled(recipe: Path, pairs: Sequence[str] | None) -> Plan | None:
    """The recipe's plan; what was found is drawn on stderr. None where there was an error."""
    return analysed(recipe, pairs).plan


def analysed(recipe: Path, pairs: Sequence[str] | None) -> Analysis:
    """The recipe's plan and where its values were written; what was found is drawn on stderr."""
    from mtdsl.plan import analyse
    from mtdsl.registry import installed

    found = analyse(recipe, settings(pairs), installed())
    draw(found.diagnostics)
    return found


def draw(found: Sequence[Diagnostic]) -> None:
    """Draw diagnostics on stderr."""
    if found:
        from mtdsl.diag import text

        sys.stderr.write(text.render(found, color=colored(sys.stderr)) + "\n\n")
