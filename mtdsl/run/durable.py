"""Files that outlive a crash: hashed as they are written, on the disk before anything points to them, replaced whole."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, TYPE_CHECKING

from mtdsl.diag import refuse

if TYPE_CHECKING:
    from typing_extensions import Buffer
    from xxhash import xxh3_128

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
BLOCK = 1 << 22


@dataclass(frozen=True, slots=True)
class Print:
    """A file's size in bytes and its hashes, hexadecimal: XXH3-128 finds damage, SHA-256 says what it is."""

    size: int
    xxh3_128: str
    sha256: str


class Hashing(io.BufferedIOBase):
    """Takes the print of bytes as they pass by, and writes them on to `file`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = 0
        self._fast = _fast()
        self._strong = sha256()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Buffer) -> int:
        """Write all of `data`."""
        view = memoryview(data)
        self._size += view.nbytes
        self._fast.update(view)
        self._strong.update(view)
        return self._file.write(view)

    def tell(self) -> int:
        """How many bytes were written."""
        return self._size

    def flush(self) -> None:
        """Leave nothing in Python's buffer."""
        if not self._file.closed:
            self._file.flush()

    def fileno(self) -> int:
        """The file's descriptor, with nothing left in Python's buffer: what is synced next is all that was written."""
        self.flush()
        return self._file.fileno()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()

    def taken(self) -> Print:
        """The print of what was written so far."""
        return Print(self._size, self._fast.hexdigest(), self._strong.hexdigest())


def print_of(path: Path) -> Print:
    """The print of a file that is there already."""
    fast, strong = _fast(), sha256()
    for block in blocks(path):
        fast.update(block)
        strong.update(block)
    return Print(path.stat().st_size, fast.hexdigest(), strong.hexdigest())


def damage(path: Path, expected: Print) -> str | None:
    """What is wrong with a file, in words that follow its name; None where it is what it was."""
    try:
        size = path.stat().st_size
        if size != expected.size:
            return f"has {size:,} bytes instead of {expected.size:,}"
        fast = _fast()
        for block in blocks(path):
            fast.update(block)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None if fast.hexdigest() == expected.xxh3_128 else "does not hold what was written (its hash differs)"


def blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes, a block at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def sync(path: Path) -> None:
    """Have the file or folder on the disk before going on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def room(where: Path) -> Iterator[None]:
    """Turn a disk that takes no more into a `Refusal` that names `where`."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise refuse(
            "disk-full",
            f"no room to write in `{where}`: {error.strerror}",
            help="earlier checkpoints are intact: make room and run the same command again",
        ) from error


def write_json(path: Path, value: object) -> None:
    """Replace `path` by `value` as JSON: after a crash the old file is there or the new one, whole."""
    replace(path, json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def replace(path: Path, text: str) -> None:
    """Replace `path` by `text`, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync(path.parent)


def _fast() -> xxh3_128:
    """Imported when first needed: who only reads a run's logs does without it."""
    from xxhash import xxh3_128

    return xxh3_128()
