"""Locks between processes: the kernel gives them back when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def take(path: Path) -> IO[str] | None:
    """Hold the lock at `path` until the file that is returned is closed; None where another process holds it."""
    file = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def held(path: Path) -> bool:
    """Whether some process holds the lock at `path`, which need not exist."""
    if not path.exists():
        return False
    file = take(path)
    if file is not None:
        file.close()
    return file is None


@contextmanager
def waiting(path: Path) -> Iterator[None]:
    """Hold the lock at `path`, waiting for it; for moments only."""
    with path.open("a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
