"""Plain text files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from mtdsl_sources.files import digest, found
from mtdsl_sources.opened import plain


@dataclass(frozen=True)
class Text:
    """UTF-8 text (compressed or not) in the files of `path`: a `document` is a file, a line, or a paragraph.

    Paragraphs have blank lines between them. Lines end as they do on any system, `\\n`, `\\r\\n` or `\\r`, and are read as
    ending in `\\n`.
    """

    path: str
    document: Literal["file", "paragraph", "line"] = "file"

    examples: ClassVar = ({"path": '"docs/*.txt"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' content."""
        return digest(found(base, self.path), "text", self.document)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file."""
        for file in found(base, self.path):
            with plain(file) as opened:
                yield from DOCUMENTS[self.document](io.TextIOWrapper(opened, encoding="utf-8"))


def _whole(lines: io.TextIOBase) -> Iterator[str]:
    yield lines.read()


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (line.removesuffix("\n") for line in lines)


def _paragraphs(lines: Iterable[str]) -> Iterator[str]:
    held: list[str] = []
    for line in lines:
        if line != "\n":
            held.append(line)
        elif held:
            yield "".join(held).removesuffix("\n")
            held = []
    if held:
        yield "".join(held).removesuffix("\n")


DOCUMENTS: Mapping[str, Callable[[io.TextIOWrapper], Iterator[str]]] = {
    "file": _whole,
    "line": _lines,
    "paragraph": _paragraphs,
}
