"""An entry of the cache: a folder that is whole or not there, and known to be uncorrupted when it is opened."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import xxhash

from mtdsl.diag import refuse

MANIFEST = "manifest.jsonl"
"""A line for each file that is finished, and one when all are; a later line of a file replaces an earlier one."""
WHOLE = ""
"""Stands in the manifest for the entry: nothing is missing."""
Mark = Mapping[str, str | int]
"""A file's name, size, time of its last change, and the XXH3 of its bytes."""
BLOCK = 1 << 24


def cache_folder() -> Path:
    """Where tokenised sources are kept: `$MTDSL_CACHE`, or `mtdsl` in the user's cache folder."""
    if chosen := os.environ.get("MTDSL_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mtdsl"


def ensure(folder: Path, make: Callable[[Path], None], *, goes_on: bool = False, verify: bool = False) -> Path:
    """`folder`, filled by `make` where it is missing or damaged.

    Made beside, flushed to disk, then renamed: a kill at any moment leaves the old state or the new one. Other processes
    that want the same entry wait for it. Where `make` `goes_on`, it is given what an earlier attempt `noted` before it ended,
    and the files of a damaged entry that are whole. `verify` reads every byte, as is done else where a file was touched.
    Raises `Refusal` where the disk is full or cannot be written.
    """
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if not intact(folder, verify=verify):
                _remake(folder, make, goes_on, verify)
    except OSError as error:
        raise refuse("cache-write", f"the data cache {folder.parent} cannot be written: {error.strerror or error}") from error
    return folder


def intact(folder: Path, *, verify: bool = False) -> bool:
    """Whether the entry is whole: every file is as it was when it was written.

    A file of the size and the time of its last change that were noted is taken to be; the bytes of any other are read.
    """
    known = _noted(folder)
    return WHOLE in known and all(_as_noted(folder, mark, verify) for name, mark in known.items() if name != WHOLE)


def note(folder: Path, *names: str) -> None:
    """Flush these files of an entry that is being made and note that they are finished: an attempt that goes on keeps them."""
    marks = []
    for name in names:
        _flush(folder / name)
        marks.append(_mark(folder / name))
    _append(folder, marks)


def noted(folder: Path, *, verify: bool = False) -> set[str]:
    """The files of an entry that is being made which are finished and whole."""
    return {name for name, mark in _noted(folder).items() if name != WHOLE and _as_noted(folder, mark, verify)}


def _remake(folder: Path, make: Callable[[Path], None], goes_on: bool, verify: bool) -> None:
    beside = folder.with_name(f".{folder.name}.new")
    if goes_on:
        _keep_whole(folder, beside, verify)
    for stale in (folder,) if goes_on else (beside, folder):
        if stale.exists():
            shutil.rmtree(stale)
    beside.mkdir(exist_ok=True)
    try:
        make(beside)
        finished = _noted(beside)
        note(beside, *(file.name for file in sorted(beside.iterdir()) if file.name not in (MANIFEST, *finished)))
        _append(beside, [{"file": WHOLE}])
    except OSError:
        _drop_unfinished(beside)
        raise
    _flush(beside)
    beside.rename(folder)
    _flush(folder.parent)


def _keep_whole(folder: Path, beside: Path, verify: bool) -> None:
    """Make `beside` hold the finished files of a damaged entry or of an attempt that ended, and no other."""
    if folder.exists() and not beside.exists():
        folder.rename(beside)
    if beside.exists():
        _drop_unfinished(beside, verify)


def _drop_unfinished(beside: Path, verify: bool = False) -> None:
    """What was half written when the disk was full would keep it full."""
    whole, known = noted(beside, verify=verify), _noted(beside)
    for file in beside.iterdir():
        if file.name not in whole:
            file.unlink()
    if whole:
        _append(beside, [known[name] for name in sorted(whole)])
    else:
        beside.rmdir()


def _noted(folder: Path) -> dict[str, Mark]:
    """What the manifest says by file; a line that a kill cut short says nothing."""
    found: dict[str, Mark] = {}
    try:
        lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return found
    for line in lines:
        try:
            mark = json.loads(line)
            found[mark["file"]] = mark
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _as_noted(folder: Path, mark: Mark, verify: bool = False) -> bool:
    """Whether a file is as its mark says; where it was touched and is the same still, that is noted too."""
    file = folder / str(mark["file"])
    try:
        found = file.stat()
        if found.st_size != mark["size"]:
            return False
        if found.st_mtime_ns == mark["mtime_ns"] and not verify:
            return True
        if _hash(file) != mark["xxh3"]:
            return False
    except (OSError, KeyError):
        return False
    with suppress(OSError):  # a cache that is only read is read again each time
        _append(folder, [{**mark, "mtime_ns": found.st_mtime_ns}])
    return True


def _mark(file: Path) -> Mark:
    found = file.stat()
    return {"file": file.name, "size": found.st_size, "mtime_ns": found.st_mtime_ns, "xxh3": _hash(file)}


def _append(folder: Path, marks: Iterable[Mark]) -> None:
    with (folder / MANIFEST).open("a", encoding="utf-8") as opened:
        opened.write("".join(f"\n{json.dumps(mark)}" for mark in marks))
        opened.flush()
        os.fsync(opened.fileno())


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
