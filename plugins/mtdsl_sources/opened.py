"""What is in a file of text, compressed or not."""

from __future__ import annotations

import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from mtdsl_sources.file import BLOCK, File, corrupt, reading

BOM = b"\xef\xbb\xbf"
MAGIC = {
    "gzip": (b"\x1f\x8b",),
    "zstd": (b"\x28\xb5\x2f\xfd", *(bytes([0x50 + at]) + b"\x2a\x4d\x18" for at in range(16))),
    "xz": (b"\xfd7zXZ\0",),
    "bz2": tuple(b"BZh%d1AY&SY" % level for level in range(1, 10)),
    "lz4": (b"\x04\x22\x4d\x18",),
}
"""How compressed files begin, which no text does. zstd's parallel compressors begin with a frame that is skipped."""
ENDINGS = {".gz": "gzip", ".zst": "zstd", ".zstd": "zstd", ".xz": "xz", ".bz2": "bz2", ".lz4": "lz4"}


@contextmanager
def plain(file: File) -> Iterator[IO[bytes]]:
    """The file's bytes, decompressed, without a byte order mark; what goes wrong while it is read is a `Refusal`.

    What it is compressed with is told by how it begins, whatever its name; one that is named so must be.
    """
    with reading(file.name), file.opened() as raw:
        opened = _decompressed(raw, _compression(file, raw))
        if opened.peek(len(BOM)).startswith(BOM):
            opened.read(len(BOM))
        yield cast("IO[bytes]", opened)


def _compression(file: File, raw: IO[bytes]) -> str:
    """Its name as pyarrow has it, `""` for none. Raises `Refusal` for a file that is not what its ending says."""
    head = cast("io.BufferedReader", raw).peek(10)
    found = next((name for name, begins in MAGIC.items() if head.startswith(begins)), "")
    ending = next((name for end, name in ENDINGS.items() if file.name.endswith(end)), found)
    if ending != found:
        raise corrupt(file.name, "it is empty" if not head else "it does not begin as such a file does", ending)
    return found


def _decompressed(raw: IO[bytes], compression: str) -> io.BufferedReader:
    """All frames of a file one after another. pyarrow's streams raise `OSError` where a file was cut."""
    if not compression:
        return cast("io.BufferedReader", raw)
    if compression == "xz":
        return io.BufferedReader(cast("io.RawIOBase", lzma.open(raw)), BLOCK)
    import pyarrow

    return io.BufferedReader(pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, "r"), compression), BLOCK)
