"""A diagnostic as plain fields: what the JSON holds, and all that the text is drawn from."""

from __future__ import annotations

from typing import TypedDict

from mtdsl.diag.model import Change, Diagnostic, Fix, Label, Severity
from mtdsl.diag.source import Span


class SpanFields(TypedDict):
    """A piece of text: lines and columns from 1, the end column behind the last character; offsets from 0 in characters."""

    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


class LabelFields(SpanFields):
    """A remark under a piece of text; `text` is the line that it begins on."""

    text: str
    message: str


class ChangeFields(SpanFields):
    """What the span covers becomes `replacement`."""

    replacement: str


class FixFields(TypedDict):
    """Changes to be made together; only a safe fix may be made without asking."""

    title: str
    safe: bool
    changes: list[ChangeFields]


class DiagnosticFields(TypedDict):
    """One finding; the first label is the primary one."""

    id: str
    severity: Severity
    message: str
    labels: list[LabelFields]
    help: str | None
    fix: FixFields | None
    settings: list[str]


def fields(diagnostic: Diagnostic) -> DiagnosticFields:
    """The fields of one diagnostic."""
    return {
        "id": diagnostic.id,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "labels": [_label(label) for label in diagnostic.labels],
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "settings": list(diagnostic.settings),
    }


def _span(span: Span) -> SpanFields:
    line, column = span.source.position(span.start)
    end_line, end_column = span.source.position(span.end)
    return {
        "path": span.source.path,
        "start": span.start,
        "end": span.end,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def _label(label: Label) -> LabelFields:
    where = _span(label.span)
    return {**where, "text": label.span.source.line(where["line"]), "message": label.message}


def _fix(fix: Fix) -> FixFields:
    return {"title": fix.title, "safe": fix.safe, "changes": [_change(change) for change in fix.changes]}


def _change(change: Change) -> ChangeFields:
    return {**_span(change.span), "replacement": change.replacement}
