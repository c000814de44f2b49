"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from mtdsl.diag import refuse
from mtdsl_sources.columns import keyed_of, missing
from mtdsl_sources.files import digest, found, shown


@dataclass(frozen=True)
class Parquet:
    """Rows of the Parquet files of `path`; `column` of each is a document. Columns that nobody asks for are not read."""

    path: str
    column: str = "text"

    examples: ClassVar = ({"path": '"docs/*.parquet"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' bytes and the column."""
        return digest(found(base, self.path), "parquet", self.column)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file and row by row."""
        return (text for text, _ in self.keyed(base, self.column))

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents with their value of `column`."""
        for file in found(base, self.path):
            yield from self._documents(file, column, shown(base, file))

    def _documents(self, file: Path, key: str, name: str) -> Iterator[tuple[str, object]]:
        import pyarrow
        from datasets import IterableDataset
        from pyarrow.parquet import read_schema

        try:
            columns = read_schema(file).names
            if self.column not in columns:
                raise missing(self.column, columns, f"`{name}`")
            wanted = [one for one in columns if one in (self.column, key)]
            rows = IterableDataset.from_parquet(str(file), columns=wanted)
            yield from keyed_of(rows, self.column, key, f"`{name}`")
        except (pyarrow.ArrowInvalid, OSError) as error:
            reason = str(error).splitlines()[0]
            raise refuse("source-corrupt", f"`{name}` cannot be read as Parquet: {reason}", help="write it again") from error
