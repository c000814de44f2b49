"""Diagnostics as people read them: the recipe's own lines, with remarks under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from mtdsl.diag.columns import shown, width
from mtdsl.diag.fields import DiagnosticFields, FixFields, LabelFields, fields
from mtdsl.diag.model import Diagnostic
from mtdsl.diag.paint import Paint


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
        given = f"          (with {', '.join(f'--set {one}' for one in found['settings'])})" if found["settings"] else ""
        yield " " * gutter + f"{paint.frame(sign)} {shown(path)}:{first['line']}:{first['column']}{shown(given)}"
        yield paint.frame(" " * gutter + " |")
        ordered = sorted(here, key=lambda label: (label["line"], label["column"]))
        for number, group in groupby(ordered, key=lambda label: label["line"]):
            yield from _line(number, list(group), primary, gutter, paint)


def _line(number: int, labels: list[LabelFields], primary: LabelFields, gutter: int, paint: Paint) -> Iterator[str]:
    yield f"{paint.frame(f'{number:>{gutter}} |')} {shown(labels[0]['text'])}".rstrip()
    for label in labels:
        before, under = _extent(label)
        sign = "^" if label is primary else "-"
        mark = f"{sign * under} {shown(label['message'])}".rstrip()
        yield f"{paint.frame(' ' * gutter + ' |')} {' ' * before}{paint.mark(mark, label is primary)}"


def _extent(label: LabelFields) -> tuple[int, int]:
    """Columns before the mark and under it; a label of several lines is marked to the end of its first."""
    text, start = label["text"], label["column"] - 1
    end = label["end_column"] - 1 if label["end_line"] == label["line"] else len(text)
    before = width(shown(text[:start]))
    return before, max(width(shown(text[:end])) - before, 1)
