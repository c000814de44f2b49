"""The folder of a run: whose it is, who works in it, and what a reader finds there.

`plan.json`, the recipe's own files under `recipe/`, `log.jsonl`, `events.jsonl`, `results.json` (losses by node),
`sources.json` (what text the run reads), `phases/` (links into the store) and `final/`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from mtdsl.diag import refuse
from mtdsl.plan.document import to_json
from mtdsl.plan.model import Plan
from mtdsl.registry import Registry
from mtdsl.run import durable, locks
from mtdsl.run.logs import Log

PLAN, LOG, EVENTS, RESULTS, EXPORTS, LOCK = "plan.json", "log.jsonl", "events.jsonl", "results.json", "exports.json", ".lock"
SOURCES = "sources.json"
LINKS, RECIPE, FINAL = "phases", "recipe", "final"
OURS = (PLAN, LOG, EVENTS, RESULTS, EXPORTS, SOURCES, FINAL)
BEGUN = {LOG, EVENTS, LINKS, RECIPE}
"""What a process that was killed before `adopt` leaves, beside its lock."""


class RunFolder:
    """A run folder that this process holds. Raises a `Refusal` where it is another recipe's or another process is in it.

    Until `adopt`, it describes the run before; one that was new and is closed without is gone again.
    """

    def __init__(self, path: Path, recipe: str) -> None:
        self.path = path
        check_owner(path, recipe)
        path.mkdir(parents=True, exist_ok=True)
        self._lock = _alone(path)
        self._clean()
        (path / LINKS).mkdir(exist_ok=True)
        self.log = Log(path / LOG)
        self.events = Log(path / EVENTS)

    def adopt(self, plan: Plan, registry: Registry, files: Iterable[Path], base: Path) -> None:
        """Make this the folder of a run of `plan`: its description, and the recipe's files as they are now.

        A plan that is run without its recipe leaves the recipe that is here, if that is where it came from.
        """
        body, kept = to_json(plan, registry), tuple(files)
        if kept or read_notes(self.path / PLAN).get("fingerprint") != body["fingerprint"]:
            self._copy_recipe(kept, base)
        durable.write_json(self.path / PLAN, {**body, "base": os.path.relpath(base.resolve(), self.path.resolve())})

    def _clean(self) -> None:
        """Remove what a killed process left half-written; nobody else writes here while the lock is held."""
        for left in (left for name in OURS for left in self.path.glob(f".{name}.*")):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink()

    def event(self, event: str, **facts: object) -> None:
        """Note what happened in `events.jsonl`."""
        self.events.append({"time": round(time.time(), 3), "event": event, **facts})

    def _copy_recipe(self, files: Iterable[Path], base: Path) -> None:
        """Keep the files under the names they have below `base`."""
        shutil.rmtree(self.path / RECIPE, ignore_errors=True)
        for file in files:
            inside = file.resolve().is_relative_to(base.resolve())
            name = file.resolve().relative_to(base.resolve()) if inside else Path(file.name)
            target = self.path / RECIPE / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)

    def link(self, name: str, stored: Path) -> None:
        """Let `phases/name` point to a folder of the store."""
        link = self.path / LINKS / name.replace("/", "_")
        target = os.path.relpath(stored, link.parent)
        if link.is_symlink() and os.readlink(link) == target:
            return
        beside = link.with_name(f".{link.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(target, target_is_directory=True)
        beside.replace(link)

    def unlink_others(self, names: Iterable[str]) -> None:
        """Remove links to points that the plan no longer has."""
        kept = {name.replace("/", "_") for name in names}
        for link in (self.path / LINKS).iterdir():
            if link.name not in kept:
                link.unlink()

    def noted(self, file: str) -> dict[str, Any]:
        """What `results.json`, `exports.json` or `sources.json` says by name; empty where it says nothing that can be read."""
        return read_notes(self.path / file)

    def note(self, file: str, notes: Mapping[str, object]) -> None:
        """Replace `results.json`, `exports.json` or `sources.json`."""
        durable.write_json(self.path / file, notes)

    def close(self) -> None:
        """Close the logs and let others in."""
        self.log.close()
        self.events.close()
        if not (self.path / PLAN).exists():
            self._vanish()
        self._lock.close()

    def _vanish(self) -> None:
        """Take away what a run that never began made here, and nothing else."""
        for left in (*(self.path / LINKS).iterdir(), self.path / LOG, self.path / EVENTS, self.path / LOCK):
            left.unlink(missing_ok=True)
        shutil.rmtree(self.path / RECIPE, ignore_errors=True)
        with contextlib.suppress(OSError):  # something of somebody else's is in it
            (self.path / LINKS).rmdir()
            self.path.rmdir()


def check_owner(path: Path, recipe: str) -> None:
    """Raise a `Refusal` where the folder holds another recipe's run, or something that is no run."""
    if not path.exists():
        return
    if not path.is_dir():
        raise refuse("run-folder", f"`{path}` is a file, not a folder", help="choose another folder with --out")
    owner = read_notes(path / PLAN).get("recipe")
    begun = BEGUN if (path / LOCK).exists() else set()
    if owner is None and any(not entry.name.startswith(".") and entry.name not in begun for entry in path.iterdir()):
        raise refuse("run-folder", f"`{path}` holds files that are no run's", help="choose another folder with --out")
    if owner not in (None, recipe):
        raise refuse(
            "run-folder",
            f"`{path}` belongs to the recipe `{owner}`, not to `{recipe}`",
            help="choose another folder with --out; nothing was written",
        )


def read_notes(file: Path) -> dict[str, Any]:
    """A JSON object from a file; empty where there is none that can be read."""
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(file.read_text("utf-8"))
        if isinstance(found, dict):
            return found
    return {}


def pinned(store: Path) -> set[Path]:
    """The folders of the store that some run's links point to."""
    links = store.parent.glob(f"*/{LINKS}/*")
    return {link.resolve() for link in links if link.is_symlink()}


def _alone(path: Path) -> IO[str]:
    lock = locks.take(path / LOCK)
    if lock is None:
        raise refuse(
            "run-busy", f"another process is running in `{path}`", help="wait for it, or choose another folder with --out"
        )
    return lock
