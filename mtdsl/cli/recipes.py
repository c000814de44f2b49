"""From the arguments of a command to a plan: `--set`, compiling, and drawing what was found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from mtdsl.cli.terminal import colored
from mtdsl.diag import Diagnostic

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan


def _assignments(_: object, pairs: Sequence[str] | None) -> None:
    for pair in pairs or ():
        if not pair.partition("=")[0].strip() or "=" not in pair:
            raise ValueError(f"`{pair}` is not NAME=VALUE, such as budget=50B")


Sets = Annotated[
    list[str] | None,
    Parameter(name="--set", negative="", validator=_assignments, help="Set a `param` of the recipe: NAME=VALUE."),
]
Recipe = Annotated[Path, Parameter(help="A recipe (.mtr).")]
Recipes = Annotated[list[Path], Parameter(help="Recipes (.mtr).", negative="")]


def settings(pairs: Sequence[str] | None) -> dict[str, str]:
    """`["budget=50B"]` as `{"budget": "50B"}`; the last one of a name counts."""
    return {name.strip(): value.strip() for name, _, value in (pair.partition("=") for pair in pairs or ())}


def compiled(recipe: Path, pairs: Sequence[str] | None) -> Plan | None:
    """The recipe's plan; what was found is drawn on stderr. None where there was an error."""
    from mtdsl.plan import compile
    from mtdsl.registry import installed

    plan, found = compile(recipe, settings(pairs), installed())
    draw(found)
    return plan


def draw(found: Sequence[Diagnostic]) -> None:
    """Draw diagnostics on stderr."""
    if found:
        from mtdsl.diag import text

        sys.stderr.write(text.render(found, color=colored(sys.stderr)) + "\n\n")
