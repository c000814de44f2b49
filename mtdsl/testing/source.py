"""What must hold of a source of documents, and of a filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from mtdsl.registry.factories import Documents, Keyed, Tokenised
from mtdsl.testing.rules import broken
from mtdsl.testing.technique import TechniqueSuite

Files = Mapping[str, str | bytes]

MOST = 200
"""Documents that are looked at."""


class SourceSuite(TechniqueSuite):
    """The same documents in the same order whenever they are read, and a fingerprint of what is in them.

    `files` are written into the recipe's folder, by relative path; `others` are the same with another text in them, where the
    source reads files at all.
    """

    kind: ClassVar[str] = "source"
    files: ClassVar[Files] = {}
    others: ClassVar[Files] = {}

    def test_documents_are_text_in_a_fixed_order(self) -> None:
        """At least one document; all are `str`, or rows of ids of a source of tokens; read again, they are the same."""
        for subject in self.subjects():
            with _folder(self.files) as base:
                first, second = (_documents(subject.made(), base) for _ in range(2))
            if not first or not all(map(_is_document, first)):
                way_out = "yield a `str` a document (of tokens, an array of ids), and give the suite the `files` it reads"
                broken(subject.title, f"yields {first[:1] or 'nothing'}", "a source yields texts", way_out)
            if first != second:
                way_out = "sort what the file system or the hub lists"
                broken(subject.title, "yields other texts when read again", "documents have a fixed order", way_out)

    def test_columns_are_those_of_its_documents(self) -> None:
        """One whose documents have columns gives the same documents with them, and None for a column that is not there."""
        for subject in (one for one in self.subjects() if isinstance(one.made(), Keyed)):
            with _folder(self.files) as base:
                texts = list(islice(subject.made().texts(base), MOST))
                keyed = list(islice(subject.made().keyed(base, "no such column"), MOST))
            if keyed != [(text, None) for text in texts]:
                way_out = "yield `(text, row.get(column))` for each document that `texts` yields"
                broken(subject.title, f"yields {keyed[:1] or 'nothing'}", "columns are those of the documents", way_out)

    def test_the_fingerprint_is_of_the_content(self) -> None:
        """The same in another folder, other for other texts."""
        for subject in self.subjects():
            prints = []
            for files in (self.files, self.files, self.others):
                with _folder(files) as base:
                    prints.append(subject.made().fingerprint(base) if files or not self.files else "")
            if prints[0] != prints[1]:
                way_out = "hash bytes and settings, and neither paths nor dates"
                broken(subject.title, "has another fingerprint in another place", "it is of the content", way_out)
            if self.others and prints[0] == prints[2]:
                way_out = "hash the bytes of all files that are read"
                broken(subject.title, "has the same fingerprint for other texts", "it is of the content", way_out)


class FilterSuite(TechniqueSuite):
    """Whether a document is read is decided by its text and its tokens, and by nothing else."""

    kind: ClassVar[str] = "filter"
    documents: ClassVar[tuple[str, ...]] = ("", "one", "to be or not to be " * 40, "a " * 500, "x = 1\n" * 3)

    def test_it_is_pure(self) -> None:
        """True or false, and the same again, in any order."""
        for subject in self.subjects():
            made: Any = subject.made()
            known = [(text, tuple(text.encode())) for text in self.documents]
            first = [made.keeps(*one) for one in known]
            if not all(isinstance(one, bool) for one in first):
                broken(subject.title, f"answers {first}", "a filter answers true or false", "return a `bool`")
            if [made.keeps(*one) for one in known[::-1]][::-1] != first:
                way_out = "decide by the document alone"
                broken(subject.title, "answers otherwise when asked again", "a filter is pure", way_out)


def _documents(source: Documents, base: Path) -> list[object]:
    """The first documents: texts, or tuples of ids."""
    if isinstance(source, Tokenised):
        return [tuple(ids.tolist()) for ids in islice(source.ids(base), MOST)]
    return list(islice(source.texts(base), MOST))


def _is_document(one: object) -> bool:
    if isinstance(one, tuple):
        return bool(one) and all(isinstance(id, int) and id >= 0 for id in one)
    return isinstance(one, str)


@contextmanager
def _folder(files: Files) -> Iterator[Path]:
    """A folder that holds the files."""
    with TemporaryDirectory() as name:
        for path, content in files.items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        yield Path(name)
