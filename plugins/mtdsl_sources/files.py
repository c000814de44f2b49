"""The files a source reads: found beside the recipe, told apart by what is in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

from mtdsl.diag import refuse


def found(base: Path, path: str) -> list[Path]:
    """The files that `path` (a name or a glob, relative to `base`) stands for, sorted by name.

    Raises `Refusal` where there is none.
    """
    if has_magic(path):
        files = sorted(Path(name) for name in glob(str(base / path), recursive=True) if Path(name).is_file())
        if not files:
            raise refuse("source-missing", f"no file matches `{path}`", help=f"paths are read from {base.resolve()}")
        return files
    file = base / path
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "does not exist"
        raise refuse("source-missing", f"`{path}` {what}", help=f"paths are read from {base.resolve()}; `*` matches many files")
    return [file]


def digest(files: Iterable[Path], *settings: str) -> str:
    """SHA-256 over the bytes of `files`, in their order, and the settings that decide how they are read."""
    whole = hashlib.sha256(repr(settings).encode())
    for file in files:
        with file.open("rb") as opened:
            whole.update(hashlib.file_digest(opened, "sha256").digest())
    return whole.hexdigest()


def shown(base: Path, file: Path) -> str:
    """A file's name as the recipe's author knows it: relative to the recipe where it lies below it."""
    return str(file.relative_to(base) if file.is_relative_to(base) else file)
