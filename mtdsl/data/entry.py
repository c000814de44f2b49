"""An entry of the cache: a folder that is whole or not there, and known to be uncorrupted when it is opened."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import xxhash

from mtdsl.diag import refuse

MANIFEST = "manifest.json"
BLOCK = 1 << 24


def cache_folder() -> Path:
    """Where tokenised sources are kept: `$MTDSL_CACHE`, or `mtdsl` in the user's cache folder."""
    if chosen := os.environ.get("MTDSL_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mtdsl"


def ensure(folder: Path, make: Callable[[Path], None]) -> Path:
    """`folder`, filled by `make` where it is missing or damaged.

    Made beside, flushed to disk, then renamed: a kill at any moment leaves the old state or the new one. Other processes
    that want the same entry wait for it. Raises `Refusal` where the disk is full or cannot be written.
    """
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not intact(folder):
                _remake(folder, make)
    except OSError as error:
        raise refuse("cache-write", f"the data cache {folder.parent} cannot be written: {error.strerror or error}") from error
    return folder


def intact(folder: Path) -> bool:
    """Whether every file has the size and the hash that were noted when it was written."""
    try:
        noted = json.loads((folder / MANIFEST).read_text())
        return all(
            (folder / name).stat().st_size == size and _hash(folder / name) == known for name, (size, known) in noted.items()
        )
    except (OSError, ValueError):
        return False


def _remake(folder: Path, make: Callable[[Path], None]) -> None:
    beside = folder.with_name(f".{folder.name}.new")
    for stale in (beside, folder):
        if stale.exists():
            shutil.rmtree(stale)
    beside.mkdir()
    make(beside)
    noted = {file.name: (file.stat().st_size, _hash(file)) for file in sorted(beside.iterdir())}
    (beside / MANIFEST).write_text(json.dumps(noted))
    for path in (*beside.iterdir(), beside):
        _flush(path)
    beside.rename(folder)
    _flush(folder.parent)


def _hash(file: Path) -> str:
    whole = xxhash.xxh3_128()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            whole.update(block)
    return whole.hexdigest()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
