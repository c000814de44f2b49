"""The store of results: one complete folder a point's key, shared by all runs beside it.

A folder is written under another name, synced and renamed, so that a folder with a key for its name is complete. Its
`manifest.json` has the sizes and hashes of its files, checked whenever it is loaded.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from mtdsl.run import durable, locks
from mtdsl.run.durable import Print

MANIFEST = "manifest.json"
STATE = "state.json"
Kind = Literal["result", "periodic"]


@dataclass(frozen=True, slots=True)
class Point:
    """What a checkpoint is of. `tokens` were seen by the weights; `full` has what training on needs, not weights alone.

    A `result` stays; what is `periodic` is pruned by the `run` (a folder's name) that made it in phase `node`.
    """

    key: str
    tokens: int
    full: bool
    kind: Kind
    node: str
    run: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A folder of the store."""

    folder: Path
    point: Point
    files: Mapping[str, Print] = field(repr=False)

    def state(self) -> dict[str, Any]:
        """All that is not a tensor."""
        return json.loads((self.folder / STATE).read_text("utf-8"))  # type: ignore[no-any-return]

    def damage(self) -> str | None:
        """The first file that is not what was written, and how; None where all are."""
        for name, expected in self.files.items():
            if wrong := durable.damage(self.folder / name, expected):
                return f"{name} {wrong}"
        return None


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder being written: put files into `folder`, and into `prints` those that were hashed on the way."""

    folder: Path
    prints: dict[str, Print] = field(default_factory=dict)


class Store:
    """The folders under `root`, which is made where it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def find(self, key: str, *, full: bool) -> Stored | None:
        """The checkpoint of that key; without `full`, one of weights alone will do. Not yet checked for damage."""
        names = [key] if full else [key, f"{key}-weights"]
        return next((found for name in names if (found := _opened(self.root / name))), None)

    def everything(self) -> list[Stored]:
        """All checkpoints whose manifest can be read."""
        folders = sorted(path for path in self.root.iterdir() if not path.name.startswith("."))
        return [stored for folder in folders if (stored := _opened(folder))]

    def unreadable(self) -> list[Path]:
        """Folders of the store without a manifest that can be read."""
        return sorted(path for path in self.root.iterdir() if not path.name.startswith(".") and not _opened(path))

    @contextmanager
    def draft(self, point: Point) -> Iterator[Draft]:
        """Write a checkpoint inside; at the end it is published, unless its key was meanwhile. Refuses a full disk."""
        folder = self.root / f".tmp-{os.getpid()}-{uuid4().hex[:8]}"
        with locks.waiting(self.root / ".lock"):
            folder.mkdir()
            owner = locks.take(folder / ".owner")
        draft = Draft(folder)
        try:
            with durable.room(self.root):
                yield draft
                self._publish(draft, point)
        finally:
            if owner:
                owner.close()
            shutil.rmtree(folder, ignore_errors=True)

    def _publish(self, draft: Draft, point: Point) -> None:
        for path in sorted(draft.folder.iterdir()):
            if path.name != ".owner" and path.name not in draft.prints:
                durable.sync(path)
                draft.prints[path.name] = durable.print_of(path)
        prints = {name: asdict(taken) for name, taken in draft.prints.items()}
        durable.write_json(draft.folder / MANIFEST, {"format": 1, "point": asdict(point), "files": prints})
        target = self.root / (point.key if point.full else f"{point.key}-weights")
        with locks.waiting(self.root / ".lock"):
            (draft.folder / ".owner").unlink()
            durable.sync(draft.folder)
            with contextlib.suppress(FileExistsError):  # another run made the same: both are right, the first stays
                _rename(draft.folder, target)
        durable.sync(self.root)

    def set_aside(self, folder: Path) -> Path:
        """Take a damaged folder out of the way without losing it; returns where it is now."""
        aside = self.root / f".broken-{folder.name}"
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        return aside

    def drop(self, stored: Stored) -> None:
        """Delete a checkpoint: out of sight first, so that no half of it is ever found."""
        gone = self.root / f".tmp-{os.getpid()}-{uuid4().hex[:8]}"
        with contextlib.suppress(FileNotFoundError):
            stored.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def sweep(self) -> list[str]:
        """Delete what killed writers left; returns the names. A folder whose writer lives is not touched."""
        swept = []
        with locks.waiting(self.root / ".lock"):
            for folder in sorted(self.root.glob(".tmp-*")):
                if not locks.held(folder / ".owner"):
                    shutil.rmtree(folder, ignore_errors=True)
                    swept.append(folder.name)
        return swept


def _rename(folder: Path, target: Path) -> None:
    try:
        folder.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise FileExistsError(target) from error
        raise


def _opened(folder: Path) -> Stored | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        files = {name: Print(**taken) for name, taken in manifest["files"].items()}
        return Stored(folder, Point(**manifest["point"]), files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
