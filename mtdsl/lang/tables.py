"""Where the parser's tables wait between two processes: a file of the user's cache folder, which may not exist."""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_DIGEST = 32


def folder() -> Path | None:
    """`$XDG_CACHE_HOME/mtdsl` or `~/.cache/mtdsl`; None where the user has no home.

    A relative path counts as none, as the XDG base directories are specified. Never a shared folder: the tables are unpickled,
    and a pickle runs code.
    """
    try:
        chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
        return (chosen if chosen.is_absolute() else Path.home() / ".cache") / "mtdsl"
    except RuntimeError:
        return None


def load(name: str) -> bytes | None:
    """What `save` stored under `name`; None if nothing did, it is damaged, or it belongs to another user."""
    place = folder()
    if place is None:
        return None
    try:
        with (place / name).open("rb") as file:
            if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            content = file.read()
    except OSError:
        return None
    digest, saved = content[:_DIGEST], content[_DIGEST:]
    return saved if sha256(saved).digest() == digest else None


def save(name: str, content: bytes) -> None:
    """Store `content`, whole or not at all; a folder that cannot be written costs time, not the run."""
    place = folder()
    if place is None:
        return
    with suppress(OSError):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(place / name, sha256(content).digest() + content)


def _write(path: Path, content: bytes) -> None:
    import tempfile  # once a version of the grammar, and it takes 5 ms to import

    handle, beside = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise
