"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mtdsl.diag import refuse
from mtdsl_sources.columns import text_of
from mtdsl_sources.files import digest, found, shown
from mtdsl_sources.text import read


@dataclass(frozen=True)
class Jsonl:
    """Lines of JSON (compressed or not) in the files of `path`; `column` of each object is a document.

    Lines are parsed one by one rather than by Arrow, which fails on a column that changes its type between blocks and
    cannot say in which line.
    """

    path: str
    column: str = "text"

    examples: ClassVar = ({"path": '"docs/*.jsonl"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' bytes and the column."""
        return digest(found(base, self.path), "jsonl", self.column)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file and line by line; blank lines are none."""
        return (text_of(row, self.column, where) for row, where in self._rows(base))

    def keyed(self, base: Path, column: str) -> Iterator[tuple[str, object]]:
        """The documents with their value of `column`."""
        return ((text_of(row, self.column, where), row.get(column)) for row, where in self._rows(base))

    def _rows(self, base: Path) -> Iterator[tuple[dict[str, Any], str]]:
        """The objects, each with its place."""
        for file in found(base, self.path):
            name = shown(base, file)
            try:
                for number, line in enumerate(read(file, "line"), 1):
                    if line.strip():
                        yield _object(line, f"{name}:{number}"), f"{name}:{number}"
            except UnicodeDecodeError as error:
                raise refuse("source-encoding", f"`{name}` is not UTF-8: {error.reason}") from error


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise refuse("source-corrupt", f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(row, dict):
        raise refuse("source-corrupt", f"{where}: a JSON object was expected, this is {type(row).__name__}")
    return row
