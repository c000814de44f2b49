"""One JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mtdsl.diag import refuse
from mtdsl_sources.columns import text_of
from mtdsl_sources.file import not_utf8
from mtdsl_sources.files import digest, found
from mtdsl_sources.opened import plain

DECODER = json.JSONDecoder(parse_constant=lambda _: None)
"""NaN and the infinities are no JSON, but what Python writes where a value is missing: they are read as null."""


@dataclass(frozen=True)
class Jsonl:
    """Lines of JSON (compressed or not) in the files of `path`; `column` of each object is a document.

    Lines are parsed one by one rather than by Arrow, which fails on a column that changes its type between blocks and
    cannot say in which line. They end in `\\n` alone: other ends of lines may stand in a text.
    """

    path: str
    column: str = "text"

    examples: ClassVar = ({"path": '"docs/*.jsonl"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' content and the column."""
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
            with plain(file) as opened:
                for number, line in enumerate(opened, 1):
                    if not line.isspace():
                        where = f"{file.name}:{number}"
                        yield _object(line, where), where


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = DECODER.decode(line.decode().rstrip("\r\n"))
    except UnicodeDecodeError as error:
        raise not_utf8(f"{where} is", error) from error
    except json.JSONDecodeError as error:
        raise refuse("source-corrupt", f"{where}: not JSON: {error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise refuse("source-corrupt", f"{where}: not to be read: {error}") from error
    if not isinstance(row, dict):
        raise refuse("source-corrupt", f"{where}: a JSON object was expected, this is {type(row).__name__}")
    return row
