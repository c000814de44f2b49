"""The files a source reads: found beside the recipe or in a store, told apart by what is in them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

from mtdsl.diag import refuse
from mtdsl_sources.file import File, Local
from mtdsl_sources.stores import listed


def found(base: Path, path: str) -> list[File]:
    """The files that `path` stands for, sorted by name: a name or a glob, relative to `base` or with a store (`s3://...`).

    Raises `Refusal` where there is none, or where a folder on the way may not be listed.
    """
    path = path.removeprefix("file://")
    if "://" in path:
        return listed(path)
    names = _matched(base, path) if has_magic(path) else [_one(base, path)]
    return [Local(str(name), _shown(base, name)) for name in names]


def digest(files: Iterable[File], *settings: str) -> str:
    """SHA-256 over what tells each of `files` apart, in their order, and the settings that decide how they are read."""
    whole = hashlib.sha256(repr(settings).encode())
    for file in files:
        whole.update(file.digest())
    return whole.hexdigest()


def local(files: Iterable[Path]) -> list[File]:
    """Files of this machine that were found otherwise."""
    return [Local(str(file), str(file)) for file in files]


def _one(base: Path, path: str) -> Path:
    file = base / path
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise refuse("source-missing", f"`{path}` {what}", help=f"paths are read from {base.resolve()}; `*` matches many files")
    return file


def _matched(base: Path, path: str) -> list[Path]:
    _check_listed(base, path)
    names = sorted(base / name for name in glob(path, root_dir=base, recursive=True))
    files = [name for name in names if name.is_file()]
    if not files:
        raise refuse("source-missing", f"no file matches `{path}`", help=f"paths are read from {base.resolve()}")
    return files


def _check_listed(base: Path, path: str) -> None:
    """Raises a `Refusal` for a folder that may not be listed: `glob` would pass over it, and over what is in it."""
    parts = Path(path).parts
    for at, part in enumerate(parts):
        before = os.path.join(*parts[: at + (part == "**")], "") or "."
        for folder in glob(before, root_dir=base, recursive=True) if has_magic(before + part) else ():
            if not os.access(base / folder, os.R_OK | os.X_OK):
                hint = f"`{path}` may match files in it: give yourself the right to list it, or name the folders that are meant"
                raise refuse("source-unreadable", f"the folder `{folder.rstrip('/')}` may not be listed", help=hint)


def _shown(base: Path, file: Path) -> str:
    """A file's name as the recipe's author knows it: relative to the recipe where it lies below it."""
    return str(file.relative_to(base) if file.is_relative_to(base) else file)
