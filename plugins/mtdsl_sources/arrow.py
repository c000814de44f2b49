"""Arrow's own files: what `datasets` keeps in its cache and `save_to_disk` writes."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar

from mtdsl_sources.files import digest, found
from mtdsl_sources.tables import Opened, documents

FILE = b"ARROW1"
"""How a file begins that ends in a list of its batches; a stream has neither."""
END = b"\xff\xff\xff\xff\0\0\0\0"
"""How a stream ends."""


@dataclass(frozen=True)
class Arrow:
    """Rows of the Arrow files of `path`, IPC files or streams; `column` of each is a document. Other columns are not read.

    A stream that does not end with the mark of its end is refused: it was cut, or its writer was killed.
    """

    path: str
    column: str = "text"

    examples: ClassVar = ({"path": '"docs/*.arrow"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' content and the column."""
        return digest(found(base, self.path), "arrow", self.column)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file and row by row."""
        return (text for text, _ in self.keyed(base, self.column))

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents with their value of `column`."""
        for file in found(base, self.path):
            yield from documents(file, self.column, column, "Arrow", _begun)


def _begun(opened: IO[bytes]) -> Opened:
    head = opened.read(len(FILE))
    if head != FILE:
        _check_end(opened)
    opened.seek(0)
    schema = _reader(opened, head).schema

    def batches(wanted: Collection[str]) -> Iterator[Any]:
        import pyarrow

        opened.seek(0)
        fields = [at for at, name in enumerate(schema.names) if name in wanted]
        reader = _reader(opened, head, options=pyarrow.ipc.IpcReadOptions(included_fields=fields))
        if head == FILE:
            return (reader.get_batch(at) for at in range(reader.num_record_batches))
        return iter(reader)

    return schema.names, batches


def _check_end(opened: IO[bytes]) -> None:
    """Raises `EOFError`."""
    size = opened.seek(0, io.SEEK_END)
    opened.seek(max(0, size - len(END)))
    if opened.read() != END:
        raise EOFError("it has no end, or is no such file")


def _reader(opened: IO[bytes], head: bytes, **options: Any) -> Any:
    from pyarrow import ipc

    return ipc.open_file(opened, **options) if head == FILE else ipc.open_stream(opened, **options)
