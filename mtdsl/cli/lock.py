"""`mtdsl lock`: measures what a recipe's text cannot know, and keeps it beside the recipe."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mtdsl.cli.output import deliver
from mtdsl.cli.recipes import Sets, draw, settings
from mtdsl.diag import Refusal, refuse

if TYPE_CHECKING:
    from mtdsl.plan.lock import Lock


def lock(recipe: Path, /, *, set_: Sets = None, check: bool = False) -> int:
    """Measure sources, tokenizer and named models, and write NAME.lock beside the recipe.

    What has not changed since is not measured again. Exits 1 where something could not be reached: what was locked of it stays.

    Parameters
    ----------
    recipe
        A recipe (.mtr).
    set_
        Set a `param` of the recipe: NAME=VALUE.
    check
        Write nothing; exit 1 where the lock does not fit any more.
    """
    from mtdsl.cli import locking
    from mtdsl.cli.training import require_training
    from mtdsl.plan import survey
    from mtdsl.plan.lock import path_of
    from mtdsl.plan.origins import located

    found = survey(recipe, settings(set_))
    if found.plan is None:
        draw(found.diagnostics)
        return 1
    path = path_of(recipe)
    old = readable(recipe, path, check)
    require_training("measuring")
    items = list(locking.items(found.plan, found.origins.registry, recipe.parent, old, _say))
    if not items:
        raise refuse("lock-nothing", f"`{recipe}` names nothing to lock: its sources and weights are only declared")
    if check:
        changed, failed = locking.changes(items, old)
        sys.stdout.writelines(f"{change}\n" for change in changed)
    else:
        changed = []
        now, failed = locking.measured(items, lambda line: print(line, flush=True))
        write(now, path)
    draw([located(one, found.origins) for one in failed])
    return int(bool(changed or failed))


def readable(recipe: Path, path: Path, check: bool) -> Lock:
    """The lock as it is. One of ours with a wrong entry is measured anew, unless it is only to be checked.

    Raises a `Refusal` for a file that another tool or a merge wrote, or that is the recipe: it is not ours to replace.
    """
    from mtdsl.plan import lock as locks

    if path.resolve() == recipe.resolve():
        raise refuse("lock-broken", f"`{recipe}` would be its own lock", help=f"name the recipe `{recipe.stem}.mtr`")
    try:
        return locks.read(path)
    except (OSError, ValueError) as error:
        if check or not locks.is_ours(path):
            raise Refusal(locks.broken(path, error)) from error
        return locks.Lock()


def write(lock: Lock, path: Path) -> None:
    """The file is left alone where it says the same already; there is none where nothing at all could be reached."""
    from mtdsl.plan.lock import Lock, written

    text = written(lock)
    if lock == Lock() and not path.exists():
        return
    if path.exists() and path.read_text("utf-8", errors="replace") == text:
        _say(f"{path} is up to date")
        return
    deliver(text, path)
    _say(f"wrote {path}")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
