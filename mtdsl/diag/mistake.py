"""A mistake found deep inside an evaluation: it ends that evaluation, and whoever began it keeps the diagnostic."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from mtdsl.diag.model import Diagnostic, Fix, Label
from mtdsl.diag.report import Report, labels_of
from mtdsl.diag.source import Span

T = TypeVar("T")


class Mistake(Exception):
    """Carries one diagnostic; None where the cause was reported already and only the dependent has to stop."""

    def __init__(self, diagnostic: Diagnostic | None = None) -> None:
        super().__init__(diagnostic.message if diagnostic else "")
        self.diagnostic = diagnostic


def mistake(id: str, message: str, *labels: Label | Span, help: str | None = None, fix: Fix | None = None) -> Mistake:
    """An error to raise: `raise mistake("unit-mismatch", "...", span)`."""
    return Mistake(Diagnostic(id, "error", message, labels_of(labels), help, fix))


def attempt(report: Report, work: Callable[[], T]) -> T | None:
    """What `work` gives, or None after keeping the mistake it ran into."""
    try:
        return work()
    except Mistake as found:
        if found.diagnostic:
            report.add(found.diagnostic)
        return None
