"""Diagnostics as people read them: the recipe's own lines, with remarks under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mtdsl.diag.columns import shown, width
from mtdsl.diag.fields import DiagnosticFields, FixFields, LabelFields, fields
from mtdsl.diag.model import Diagnostic
from mtdsl.diag.paint import Paint

LONGEST = 240
"""Characters of a line that are shown."""

NEAR = 60
"""Characters before a mark that are shown of a longer one."""

CUT = "\N{HORIZONTAL ELLIPSIS}"


def render(diagnostics: Iterable[Diagnostic], *, color: bool) -> str:
    """One block a diagnostic, an empty line between two; ANSI colours only if `color`."""
    return "\n\n".join(draw(fields(diagnostic), color=color) for diagnostic in diagnostics)


def draw(found: DiagnosticFields, *, color: bool) -> str:
    """One diagnostic, drawn from the fields that its JSON has."""
    paint = Paint(found["severity"], color)
    head = paint.severity(f"{found['severity']}[{found['id']}]") + paint.strong(f": {shown_lines(found['message'], 0)}")
    lines = [head, *_snippets(found, paint)]
    if found["help"]:
        lines.append(f" {paint.strong('help')}: {shown_lines(found['help'], 7)}")
    if found["fix"] and not _told(found["fix"], found["help"] or ""):
        lines.append(f"  {paint.strong('fix')}: {shown_lines(found['fix']['title'], 7)}")
    return "\n".join(lines)


def shown_lines(text: str, indent: int) -> str:
    """Text of several lines, the second and later ones indented."""
    return ("\n" + " " * indent).join(map(shown, text.split("\n")))


def _told(fix: FixFields, help: str) -> bool:
    """Whether the help spells out already what the fix would write."""
    return all(change["replacement"].strip() and change["replacement"].strip() in help for change in fix["changes"])


def _snippets(found: DiagnosticFields, paint: Paint) -> Iterator[str]:
    """The labelled lines: the primary label's file first, each file's lines in order, those between left out."""
    labels = found["labels"]
    if not labels:
        return
    primary = labels[0]
    gutter = len(str(max(label["line"] for label in labels)))
    files = list(dict.fromkeys(label["path"] for label in labels))
    for path in files:
        here = [label for label in labels if label["path"] == path]
        first = here[0]
        sign = "-->" if path == primary["path"] else ":::"
        given = _given(found["settings"]) if path == primary["path"] else ""
        yield " " * gutter + f"{paint.frame(sign)} {shown(path)}:{first['line']}:{first['column']}{given}"
        yield paint.frame(" " * gutter + " |")
        ordered = sorted(here, key=lambda label: (label["line"], label["column"]))
        for number, group in groupby(ordered, key=lambda label: label["line"]):
            yield from _line(number, list(group), primary, gutter, paint)


def _given(settings: list[str]) -> str:
    listed = " ".join(f"--set {shown(one)}" for one in settings)
    return f"          (with {listed})" if listed else ""


def _line(number: int, labels: list[LabelFields], primary: LabelFields, gutter: int, paint: Paint) -> Iterator[str]:
    """A line and the marks under it. One that nobody would read to its end is shown around each mark instead."""
    long = len(labels[0]["text"]) > LONGEST
    for group in [[label] for label in labels] if long else [labels]:
        first = max(group[0]["column"] - 1 - NEAR, 0) if long else 0
        yield f"{paint.frame(f'{number:>{gutter}} |')} {shown(_part(group[0]['text'], first))}".rstrip()
        for label in group:
            before, under = _extent(label, first)
            mark = f"{('^' if label is primary else '-') * under} {shown(label['message'])}".rstrip()
            yield f"{paint.frame(' ' * gutter + ' |')} {' ' * before}{paint.mark(mark, label is primary)}"


def _part(text: str, first: int) -> str:
    """The characters of a line from `first` on, with a sign where it is cut."""
    end = first + LONGEST
    return (CUT + text[first + 1 : end] if first else text[:end]) + CUT * (len(text) > end)


def _extent(label: LabelFields, first: int) -> tuple[int, int]:
    """Columns before the mark and under it; a label of several lines is marked to the end of its first."""
    text = _part(label["text"], first)
    start = label["column"] - 1 - first
    end = label["end_column"] - 1 - first if label["end_line"] == label["line"] else len(text)
    before = width(shown(text[:start]))
    return before, max(width(shown(text[:end])) - before, 1)
