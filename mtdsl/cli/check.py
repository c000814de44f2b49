"""`mtdsl check`: does the recipe fit together?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from mtdsl.cli.inputs import readable
from mtdsl.cli.recipes import Sets, settings
from mtdsl.cli.terminal import colored
from mtdsl.diag import Diagnostic

Format = Literal["full", "concise", "json", "github", "sarif"]


def check(
    recipes: list[Path],
    /,
    *,
    set_: Sets = None,
    format_: Format = "full",
    fix: bool = False,
    unsafe_fixes: bool = False,
) -> int:
    """Check recipes without running anything.

    Prints what is wrong and exits 1 where there is an error. `mtdsl explain ID` says more of one kind of mistake.

    Parameters
    ----------
    recipes
        Recipes (.mtr), folders of them, or - to read standard input, whose paths begin in the current folder.
    set_
        Set a `param` of the recipe: NAME=VALUE.
    format_
        full shows the lines of the recipe, concise is one line a problem; json is for machines, github for annotations of
        a pull request, sarif for code scanning.
    fix
        First mend what leaves no doubt: misspelt names, signs of other languages, comments that allow nothing.
    unsafe_fixes
        First mend also what may mean something else then.
    """
    paths, reading = readable(recipes)
    with reading:
        found: list[Diagnostic] = _mend(paths, set_, unsafe=unsafe_fixes) if fix or unsafe_fixes else []
        for recipe in paths:
            found += [remark for remark in _found(recipe, set_) if remark not in found]
    drawn = _drawn(found, format_)
    sys.stdout.write(f"{drawn}\n" if drawn else "")
    sys.stderr.write(_summary(found, len(paths)) if format_ == "full" else "")
    return int(any(remark.severity == "error" for remark in found))


def plain(words: Sequence[str]) -> int | None:
    """The same for a command line without options; None where it names no recipe."""
    return check([Path(word) for word in words]) if words else None


def _found(recipe: Path, sets: Sets) -> Sequence[Diagnostic]:
    """What is wrong with a recipe; of the fixes those that would be made."""
    from mtdsl.plan import compile
    from mtdsl.registry import installed

    found = compile(recipe, settings(sets), installed())[1]
    if all(one.fix is None for one in found):
        return found
    from mtdsl.cli.trying import offered

    return offered(recipe, sets, found)


def _mend(recipes: Sequence[Path], sets: Sets, *, unsafe: bool) -> list[Diagnostic]:
    """Says on stderr what was mended; gives what could not be written."""
    from mtdsl.cli.fixing import fix

    refused: dict[Diagnostic, None] = {}
    for recipe in recipes:
        done, failed = fix(recipe, sets, unsafe=unsafe)
        sys.stderr.write("".join(f"{one}\n" for one in done))
        refused |= dict.fromkeys(failed)
    return list(refused)


def _drawn(found: Sequence[Diagnostic], form: Format) -> str:
    """What was found, in one of the forms. A form is imported when it is asked for."""
    if form == "json":
        from mtdsl.diag import machine

        return machine.render(found)
    if form == "sarif":
        return _sarif(found)
    if form == "github":
        from mtdsl.diag import github

        return github.render(found)
    if not found:
        return ""
    if form == "concise":
        from mtdsl.diag import concise

        return concise.render(found)
    from mtdsl.diag import text

    return text.render(found, color=colored(sys.stdout)) + "\n"


def _sarif(found: Sequence[Diagnostic]) -> str:
    from importlib.metadata import version

    from mtdsl.diag import sarif
    from mtdsl.registry import installed
    from mtdsl.registry.meanings import meaning

    ids = dict.fromkeys(one.id for one in found)
    entries = {id: entry for id in ids if (entry := meaning(id, installed()))}
    return sarif.render(found, entries, version("mtdsl"))


def _summary(found: Sequence[Diagnostic], recipes: int) -> str:
    counts = [(sum(remark.severity == kind for remark in found), kind) for kind in ("error", "warning", "note")]
    said = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for count, kind in counts if count)
    more = f"`mtdsl explain {found[0].id}` says more\n" if found else ""
    return f"{recipes} recipe{'s' * (recipes != 1)} checked: {said or 'no problems'}{_mendable(found)}\n{more}"


def _mendable(found: Sequence[Diagnostic]) -> str:
    safe = sum(one.fix is not None and one.fix.safe for one in found)
    unsafe = sum(one.fix is not None and not one.fix.safe for one in found)
    said = ((safe, "--fix"), (unsafe, "--unsafe-fixes"))
    return "".join(f"; {count} can be mended with `{option}`" for count, option in said if count)
