"""Fixes applied to texts: which go together, and what a file holds afterwards, byte for byte elsewhere."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from mtdsl.diag.model import Change, Diagnostic


def together(found: Iterable[Diagnostic], *, unsafe: bool) -> Iterator[Diagnostic]:
    """Those whose fixes can be made at once: of two that touch one another the first; unsafe fixes only where asked for."""
    taken: list[Change] = []
    for one in found:
        if one.fix is None or not (one.fix.safe or unsafe):
            continue
        if not any(_touch(change, other) for change in one.fix.changes for other in taken):
            taken += one.fix.changes
            yield one


def changed(text: str, changes: Sequence[Change]) -> str:
    """`text` after changes that do not touch one another."""
    for change in sorted(changes, key=lambda change: -change.span.start):
        text = text[: change.span.start] + change.replacement + text[change.span.end :]
    return text


def extents(changes: Sequence[Change]) -> Iterator[tuple[int, int]]:
    """Where the replacements lie in the text that `changed` gives: beginnings and ends."""
    shift = 0
    for change in sorted(changes, key=lambda change: change.span.start):
        start = change.span.start + shift
        yield start, start + len(change.replacement)
        shift += len(change.replacement) - (change.span.end - change.span.start)


def rewritten(raw: str, changes: Sequence[Change]) -> str:
    """The same for a file as it lies on the disk: spans count a `\\r\\n` as one character and no byte order mark."""
    ends = [at for at in range(len(raw)) if raw.startswith("\r\n", at)]
    offsets = [at - index for index, at in enumerate(ends)]
    mark = raw.startswith("\ufeff")
    newline = "\r\n" if ends else "\n"
    for change in sorted(changes, key=lambda change: -change.span.start):
        start, end = (at + mark + bisect_left(offsets, at + mark) for at in (change.span.start, change.span.end))
        raw = raw[:start] + change.replacement.replace("\n", newline) + raw[end:]
    return raw


def _touch(one: Change, other: Change) -> bool:
    same = one.span.source.path == other.span.source.path
    return same and one.span.start <= other.span.end and other.span.start <= one.span.end
