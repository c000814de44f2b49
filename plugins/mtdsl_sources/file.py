"""One file of a source, and what can go wrong with it."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from mtdsl.diag import Refusal, refuse

BLOCK = 1 << 20
"""Bytes that are read at a time."""


class File(Protocol):
    """A file, wherever it lies; `name` is how the recipe's author knows it."""

    @property
    def name(self) -> str:
        """As messages have it."""

    def opened(self) -> IO[bytes]:
        """Its bytes as they lie there; they can be sought in. Raises `Refusal` where they cannot be read."""

    def digest(self) -> bytes:
        """A hash that other content changes. Raises `Refusal` where it cannot be read."""


@dataclass(frozen=True)
class Local:
    """A file of this machine; its digest is the SHA-256 of its bytes."""

    path: str
    name: str

    def opened(self) -> IO[bytes]:
        """Its bytes."""
        with reading(self.name):
            return open(self.path, "rb", buffering=BLOCK)

    def digest(self) -> bytes:
        """SHA-256 of its bytes; of a large file, remembered from when it was last read."""
        from mtdsl.data.digests import sha256

        with reading(self.name):
            return sha256(Path(self.path))


@contextmanager
def reading(name: str, form: str = "") -> Iterator[None]:
    """What reading the file `name` raises becomes a `Refusal` that names it; `form` is what it should hold, `Parquet`."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise not_utf8(f"`{name}` is", error) from error
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise _refusal(name, error, form) from error


def not_utf8(subject: str, error: UnicodeDecodeError) -> Refusal:
    """The refusal of text in another encoding; `subject` is `` `a.txt` is ``."""
    hint = "write it again as UTF-8, such as with `iconv -f LATIN1 -t UTF-8`"
    return refuse("source-encoding", f"{subject} not UTF-8: {error.reason}", help=hint)


def corrupt(name: str, reason: str, form: str = "") -> Refusal:
    """The refusal of a file that does not hold what it should."""
    what = f" as {form}" if form else ""
    return refuse("source-corrupt", f"`{name}` cannot be read{what}: {reason}", help="fetch or write it again")


def _refusal(name: str, error: Exception, form: str) -> Refusal:
    if isinstance(error, FileNotFoundError):
        return refuse("source-missing", f"`{name}` is gone: it was there when files were listed", help="start again")
    if isinstance(error, PermissionError):
        hint = f"give yourself the right: `chmod u+r {name}`"
        return refuse("source-unreadable", f"`{name}` may not be read: permission denied", help=hint)
    if isinstance(error, OSError) and error.errno is not None:  # of the machine; pyarrow's own errors have no number
        hint = "the disk or the network has a fault: look at the system's log, then start again"
        return refuse("source-unreadable", f"`{name}` cannot be read: {error.strerror}", help=hint)
    return corrupt(name, str(error).partition("\n")[0] or type(error).__name__, form)
