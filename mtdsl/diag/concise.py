"""Diagnostics at one line each, as editors and grep read them."""

from __future__ import annotations

from collections.abc import Iterable

from mtdsl.diag.columns import shown
from mtdsl.diag.model import Diagnostic


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """`file:line:col: error[id] message`, without the position where no text is to blame."""
    return "\n".join(map(_line, diagnostics))


def _line(diagnostic: Diagnostic) -> str:
    said = f"{diagnostic.severity}[{diagnostic.id}] {shown(' '.join(diagnostic.message.split()))}"
    if not diagnostic.labels:
        return said
    where = diagnostic.labels[0].span
    return f"{shown(where.source.path)}:{where.line}:{where.column}: {said}"
