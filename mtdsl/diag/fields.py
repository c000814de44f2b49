"""A diagnostic as plain fields: what the JSON holds, and all that the text is drawn from."""

from __future__ import annotations

from typing import TypedDict

from mtdsl.diag.model import Diagnostic, Fix, Label, Severity, Span


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


class FixFields(SpanFields):
    """An edit: what the span covers becomes `replacement`."""

    title: str
    replacement: str


class DiagnosticFields(TypedDict):
    """One finding; the first label is the primary one."""

    id: str
    severity: Severity
    message: str
    labels: list[LabelFields]
    help: str | None
    fix: FixFields | None


def fields(diagnostic: Diagnostic) -> DiagnosticFields:
    """The fields of one diagnostic."""
    return {
        "id": diagnostic.id,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "labels": [_label(label) for label in diagnostic.labels],
        "help": diagnostic.help,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
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
    return {**_span(fix.span), "title": fix.title, "replacement": fix.replacement}
