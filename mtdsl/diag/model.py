"""What a diagnostic is: an id, a severity, labelled spans, at most one help, fixes.

A stage never prints. It returns its value and the diagnostics it found; the command line draws them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Source:
    """One text that positions point into: a recipe file, or what followed `--set`."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        """Offsets at which each line begins; the first is 0."""
        return (0, *(at + 1 for at, char in enumerate(self.text) if char == "\n"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column (both from 1) of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of line `number` (from 1), without its newline."""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] - 1 if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r")


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` up to `end` of a source."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of `other`."""
        return Span(self.source, self.start, other.end)


@dataclass(frozen=True, slots=True)
class Label:
    """A short remark under a piece of source text."""

    span: Span
    message: str = ""


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that a machine may make: `span` becomes `replacement`."""

    title: str
    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong or worth knowing.

    `labels[0]` is the primary one, where the reader should look first; it may be missing where no text is to blame.
    """

    id: str
    severity: Severity
    message: str
    labels: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None


class Report:
    """Collects the diagnostics of one stage, in the order they were found."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep `diagnostic`, unless the very same was found before (two ways can lead to one mistake)."""
        if diagnostic not in self._found:
            self._found.append(diagnostic)

    def error(self, id: str, message: str, *labels: Label | Span, help: str | None = None, fix: Fix | None = None) -> None:
        """Keep an error; a bare span is a label without a remark."""
        self.add(Diagnostic(id, "error", message, _labels(labels), help, fix))

    def warning(self, id: str, message: str, *labels: Label | Span, help: str | None = None, fix: Fix | None = None) -> None:
        """Keep a warning."""
        self.add(Diagnostic(id, "warning", message, _labels(labels), help, fix))

    def note(self, id: str, message: str, *labels: Label | Span, help: str | None = None) -> None:
        """Keep a note: nothing is wrong, but the reader may want to know."""
        self.add(Diagnostic(id, "note", message, _labels(labels), help))

    def extend(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        """Keep what another stage found."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def failed(self) -> bool:
        """True where an error was found."""
        return any(found.severity == "error" for found in self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._found)

    def done(self) -> tuple[Diagnostic, ...]:
        """All that was found."""
        return tuple(self._found)


class Refusal(Exception):
    """Raised where work cannot go on because of something the user can mend; the command line draws it and exits 1."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(found.message for found in diagnostics))
        self.diagnostics = diagnostics


def refuse(id: str, message: str, *labels: Label | Span, help: str | None = None) -> Refusal:
    """A refusal for one reason: `raise refuse("run-folder", "...")`."""
    return Refusal(Diagnostic(id, "error", message, _labels(labels), help))


def _labels(labels: tuple[Label | Span, ...]) -> tuple[Label, ...]:
    return tuple(Label(label) if isinstance(label, Span) else label for label in labels)
