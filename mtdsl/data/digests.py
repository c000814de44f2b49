"""SHA-256 of files, remembered: a corpus is read once for its fingerprint, and not at every start."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from pathlib import Path

from mtdsl.data.entry import cache_folder

WORTH = 1 << 24
"""Bytes from which on a digest is kept: hashing fewer takes about as long as looking it up."""
SETTLED = 2_000_000_000
"""Nanoseconds that a file must have been left alone: within a tick of the clock a second write leaves no trace."""


def sha256(file: Path) -> bytes:
    """SHA-256 of a file's bytes, 32 bytes. Raises `OSError`.

    That of a large file is kept in `digests/` of the cache, and taken from there for as long as the file's place, size,
    inode and times are the same. A cache that cannot be written costs time only.
    """
    whole = file.absolute()
    begun, stamp = time.time_ns(), _stamp(whole)
    if stamp["size"] < WORTH:
        return _hashed(whole)
    note = cache_folder() / "digests" / hashlib.sha256(os.fsencode(whole)).hexdigest()
    if (known := _noted(note, stamp)) is not None:
        return known
    found = _hashed(whole)
    if stamp == _stamp(whole) and begun - max(stamp["mtime"], stamp["ctime"]) > SETTLED:
        _keep(note, stamp, found)
    return found


def _hashed(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()


def _stamp(file: Path) -> dict[str, int]:
    at = file.stat()
    return {"device": at.st_dev, "inode": at.st_ino, "size": at.st_size, "mtime": at.st_mtime_ns, "ctime": at.st_ctime_ns}


def _noted(note: Path, stamp: dict[str, int]) -> bytes | None:
    try:
        kept = json.loads(note.read_text())
        return bytes.fromhex(kept["sha256"]) if kept["stamp"] == stamp else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(note: Path, stamp: dict[str, int], digest: bytes) -> None:
    beside = note.with_name(f".{note.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        note.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps({"stamp": stamp, "sha256": digest.hex()}))
        beside.replace(note)
