"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar

from mtdsl_sources.columns import ROWS
from mtdsl_sources.files import digest, found
from mtdsl_sources.tables import Opened, documents


@dataclass(frozen=True)
class Parquet:
    """Rows of the Parquet files of `path`; `column` of each is a document. Columns that nobody asks for are not read."""

    path: str
    column: str = "text"

    examples: ClassVar = ({"path": '"docs/*.parquet"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' content and the column."""
        return digest(found(base, self.path), "parquet", self.column)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file and row by row."""
        return (text for text, _ in self.keyed(base, self.column))

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents with their value of `column`."""
        for file in found(base, self.path):
            yield from documents(file, self.column, column, "Parquet", _begun)


def _begun(opened: IO[bytes]) -> Opened:
    """Row group by row group; checksums of pages are compared where there are any."""
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(opened, page_checksum_verification=True)
    return file.schema_arrow.names, lambda wanted: file.iter_batches(ROWS, columns=list(wanted))
