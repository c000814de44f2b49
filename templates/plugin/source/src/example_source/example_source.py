"""Texts in a column of CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mtdsl.diag import refuse


@dataclass(frozen=True)
class ExampleSource:
    """The rows of all CSV files (RFC 4180, UTF-8, a line of names first) that `path` matches, one document a row.

    `path` is a name or a glob, read from the recipe's folder; files come in the order of their names. `column` is the name of
    the column that holds the text. An empty text is no document.
    """

    path: str
    column: str = "text"

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' bytes and of the column."""
        whole = sha256(self.column.encode())
        for file in self._files(base):
            whole.update(sha256(file.read_bytes()).digest())
        return whole.hexdigest()

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file. Raises a `Refusal` for a file without that column, or that is not UTF-8."""
        for file in self._files(base):
            try:
                yield from self._rows(file)
            except UnicodeDecodeError as error:
                raise refuse("source-encoding", f"`{file.name}` is not UTF-8: {error.reason}") from error

    def _rows(self, file: Path) -> Iterator[str]:
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            if self.column not in (rows.fieldnames or ()):
                there = ", ".join(f"`{name}`" for name in rows.fieldnames or ()) or "none"
                raise refuse("source-column", f"`{file.name}` has no column `{self.column}`; it has {there}")
            yield from (row[self.column] for row in rows if row[self.column])

    def _files(self, base: Path) -> list[Path]:
        files = sorted(file for file in base.glob(self.path) if file.is_file())
        if not files:
            raise refuse("source-missing", f"no file matches `{self.path}`", help=f"paths are read from {base.resolve()}")
        return files
