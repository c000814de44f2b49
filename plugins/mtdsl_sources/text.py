"""Plain text files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from mtdsl.diag import refuse
from mtdsl_sources.columns import ROWS
from mtdsl_sources.files import digest, found, shown

SAMPLE_BY = {"file": "document", "paragraph": "paragraph", "line": "line"}


@dataclass(frozen=True)
class Text:
    """UTF-8 text in the files of `path`. A `document` is a file, a paragraph (blank lines between them) or a line."""

    path: str
    document: Literal["file", "paragraph", "line"] = "file"

    examples: ClassVar = ({"path": '"docs/*.txt"'},)

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' bytes."""
        return digest(found(base, self.path), "text", self.document)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, file by file."""
        for file in found(base, self.path):
            try:
                for text in read(file, SAMPLE_BY[self.document]):
                    yield text.strip("\n") if self.document == "paragraph" else text
            except UnicodeDecodeError as error:
                raise refuse("source-encoding", f"`{shown(base, file)}` is not UTF-8: {error.reason}") from error


def read(file: Path, sample_by: str) -> Iterator[str]:
    """A file's documents, lines or paragraphs, as `datasets` streams them. Raises `UnicodeDecodeError`."""
    from datasets import IterableDataset

    for rows in IterableDataset.from_text(str(file), sample_by=sample_by).iter(ROWS):
        yield from rows["text"]
