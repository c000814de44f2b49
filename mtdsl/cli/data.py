"""`mtdsl data`: tokenise what a recipe reads, tell what there is of it, show a sequence."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from mtdsl.cli.failure import Misuse
from mtdsl.cli.recipes import Sets, analysed, draw, settings
from mtdsl.cli.terminal import width
from mtdsl.cli.training import require_training
from mtdsl.diag import Refusal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from mtdsl.data import Corpus
    from mtdsl.plan.model import Plan
    from mtdsl.registry import Registry

T = TypeVar("T")


def prepare(recipe: Path, /, *, set_: Sets = None, verify: bool = False) -> int:
    """Tokenise all that a recipe reads, and write what was measured into NAME.lock.

    A run does the same when it has not been done. What is finished is not made again, also after a kill.

    Parameters
    ----------
    recipe
        A recipe (.mtr).
    set_
        Set a `param` of the recipe: NAME=VALUE.
    verify
        Read every byte of what was made before, and make again what is damaged.
    """
    if not _measured(recipe, set_):
        return 1
    return _with_corpus(recipe, set_, lambda plan, corpus, registry: None, verify=verify)


def stats(recipe: Path, /, *, set_: Sets = None, format_: Literal["text", "json"] = "text") -> int:
    """Tell what the sources of a recipe hold, and what its plan takes of each.

    Parameters
    ----------
    recipe
        A recipe (.mtr).
    set_
        Set a `param` of the recipe: NAME=VALUE.
    format_
        text, or json with every number.
    """

    def told(plan: Plan, corpus: Corpus, registry: Registry) -> None:
        from mtdsl.data.figures import figures
        from mtdsl.view import data as view

        found = list(figures(plan, corpus, registry))
        if format_ == "json":
            sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
        else:
            _print(view.stats(found))

    return _with_corpus(recipe, set_, told)


def show(
    recipe: Path,
    source: str,
    /,
    *,
    at: int = 1,
    phase: str = "",
    set_: Sets = None,
    format_: Literal["text", "json"] = "text",
) -> int:
    """Show a sequence of a source as a phase is fed it, with the borders of its documents.

    Parameters
    ----------
    recipe
        A recipe (.mtr).
    source
        The name of a source.
    at
        Which sequence of the source in that phase, counted from 1.
    phase
        The phase that is fed; the first that reads the source where it is left out.
    set_
        Set a `param` of the recipe: NAME=VALUE.
    format_
        text or json.
    """
    if at < 1:
        raise Misuse("`--at` counts sequences from 1")

    def told(plan: Plan, corpus: Corpus, registry: Registry) -> None:
        from mtdsl.data.looking import sequence
        from mtdsl.view import data as view

        found = sequence(plan, corpus, registry, source, at, phase)
        if format_ == "json":
            sys.stdout.write(json.dumps(asdict(found), indent=2, ensure_ascii=False) + "\n")
        else:
            _print(*view.sequence(found))

    return _with_corpus(recipe, set_, told)


def _measured(recipe: Path, sets: Sets) -> bool:
    """Whether everything that the sources hold could be measured; it is written into the lock."""
    from mtdsl.cli import lock, locking
    from mtdsl.plan import survey
    from mtdsl.plan.lock import path_of
    from mtdsl.plan.origins import located

    found = survey(recipe, settings(sets))
    if found.plan is None:
        draw(found.diagnostics)
        return False
    require_training("preparing")
    path = path_of(recipe)
    old = lock.readable(recipe, path, check=False)
    there = locking.items(found.plan, found.origins.registry, recipe.parent, old, _say)
    items = [item for item in there if item.name == "tokenizer" or item.name.startswith("data ")]
    now, failed = locking.measured(items, lambda line: print(line, flush=True))
    lock.write(replace(now, model=old.model, starts=old.starts), path)
    draw([located(one, found.origins) for one in failed])
    return not failed


def _with_corpus(recipe: Path, sets: Sets, work: Callable[[Plan, Corpus, Registry], None], *, verify: bool = False) -> int:
    """Do `work` with what a recipe reads, tokenised where it is not yet; what is wrong is shown at the recipe's lines."""
    found = analysed(recipe, sets)
    if found.plan is None:
        return 1
    require_training("reading data")
    from mtdsl.data import cache_folder
    from mtdsl.data import prepare as prepared
    from mtdsl.plan.origins import located
    from mtdsl.plan.pins import pinned

    try:
        plan, registry = pinned(found.plan), found.origins.registry
        work(plan, prepared(plan, recipe.parent, cache_folder(), registry, _say, verify=verify), registry)
    except Refusal as refusal:
        raise Refusal(*(located(one, found.origins) for one in refusal.diagnostics)) from refusal
    return 0


def _print(*parts: RenderableType) -> None:
    from rich.console import Console

    console = Console(width=width(), highlight=False, soft_wrap=True)
    for part in parts:
        console.print(part)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
