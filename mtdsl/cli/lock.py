"""`mtdsl lock`: measures what a recipe's text cannot know, and keeps it beside the recipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mtdsl.cli.output import deliver
from mtdsl.cli.recipes import Sets, draw, settings
from mtdsl.diag import Diagnostic, Refusal, refuse

if TYPE_CHECKING:
    from mtdsl.data.measuring import Item
    from mtdsl.lang.node import Frozen
    from mtdsl.plan.lock import Lock
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


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
    from mtdsl.cli.training import require_training
    from mtdsl.plan import lock as locks
    from mtdsl.plan import survey
    from mtdsl.plan.origins import located

    found = survey(recipe, settings(set_))
    if found.plan is None:
        draw(found.diagnostics)
        return 1
    require_training("measuring")
    path = locks.path_of(recipe)
    old = _readable(path, check)
    items = list(_items(found.plan, recipe.parent, old))
    if not items:
        raise refuse(
            "lock-nothing", f"`{recipe}` names nothing that could be locked: its sources and weights are only declared"
        )
    if check:
        return _stale(items, old, found.origins)
    entries, failed = _measured(items)
    text = locks.written(_lock(entries))
    if not path.exists() or path.read_text("utf-8") != text:
        deliver(text, path)
        sys.stderr.write(f"wrote {path}\n")
    else:
        sys.stderr.write(f"{path} is up to date\n")
    draw([located(one, found.origins) for one in failed])
    return int(bool(failed))


def _readable(path: Path, check: bool) -> Lock:
    """The lock as it is; one that cannot be read is measured anew, unless it is only to be checked."""
    from mtdsl.plan import lock as locks

    try:
        return locks.read(path)
    except (OSError, ValueError) as error:
        if check:
            raise Refusal(locks.broken(path, error)) from error
        return locks.Lock()


def _items(plan: Plan, base: Path, old: Lock) -> Iterator[Item]:
    from mtdsl.data import cache_folder
    from mtdsl.data.measuring import Measuring
    from mtdsl.registry import installed

    yield from Measuring(plan, base, cache_folder(), installed(), old, _say).items()
    if plan.starts or (plan.model is not None and plan.model.kind == "config"):
        from mtdsl.run import measuring

        yield from measuring.items(plan, base, old)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _stale(items: list[Item], old: Lock, origins: Origins) -> int:
    """Say what does not fit; nothing is measured."""
    from mtdsl.plan.origins import located

    changed: dict[str, str] = dict.fromkeys(_names(old) - {item.name for item in items}, "is not used any more")
    failed: list[Diagnostic] = []
    for item in items:
        try:
            changed |= {item.name: item.why()}
        except Refusal as refusal:
            failed += refusal.diagnostics
    sys.stdout.writelines(f"{name} {why}\n" for name, why in changed.items() if why)
    draw([located(one, origins) for one in dict.fromkeys(failed)])
    return int(bool(failed) or any(changed.values()))


def _names(old: Lock) -> set[str]:
    found = {f"data {name}" for name in old.sources} | {f"start {name}" for name in old.starts}
    return found | {name for name in ("tokenizer", "model") if getattr(old, name) is not None}


def _measured(items: list[Item]) -> tuple[dict[str, Frozen], list[Diagnostic]]:
    """Every entry as it is now, or as it was where it could not be reached; and why not."""
    entries: dict[str, Frozen] = {}
    failed: dict[Diagnostic, None] = {}
    for item in items:
        now = item.was
        try:
            why = item.why()
            if why:
                now = item.measure()
                sys.stdout.write(f"{item.name} {why}: {_told(now)}\n")
        except Refusal as refusal:
            failed |= dict.fromkeys(refusal.diagnostics)
        if now is not None:
            entries[item.name] = now
    return entries, list(failed)


def _told(entry: Frozen) -> str:
    """The counts of an entry: `12 documents, 3,456 tokens`."""
    counts = ("documents", "tokens", "parameters", "layers", "window", "vocab")
    return ", ".join(f"{value:,} {name}" for name in counts if (value := getattr(entry, name, None)) is not None)


def _lock(entries: Mapping[str, Frozen]) -> Lock:
    from mtdsl.plan.lock import Lock

    named: dict[str, dict[str, Any]] = {"data": {}, "start": {}}
    single: dict[str, Any] = {}
    for name, entry in entries.items():
        kind, _, rest = name.partition(" ")
        if rest:
            named[kind][rest] = entry
        else:
            single[kind] = entry
    return Lock(sources=named["data"], starts=named["start"], **single)
