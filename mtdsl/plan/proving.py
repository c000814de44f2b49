"""Asks every mixer of a plan for its weights before any view, lint or run does: one that fails is a diagnostic."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl.diag import Label, Report, Span
from mtdsl.diag.mistake import Mistake
from mtdsl.plan.curves import shares_at
from mtdsl.plan.model import Phase, Plan
from mtdsl.plan.sizes import Sizes, declared, unknown
from mtdsl.registry import Registry


def prove(plan: Plan, registry: Registry, span: Callable[[str], Span | None], report: Report) -> None:
    """Reports each phase whose mixture a rule gives no weights; `span` is where a phase's mixture is written.

    Mixtures whose rules need sizes that nobody declared are left to the run.
    """
    sizes = declared(plan)
    for phase in plan.phases:
        if phase.mix is not None and not unknown(phase.mix, sizes, registry):
            _prove(phase, sizes, registry, span(phase.name), report)


def _prove(phase: Phase, sizes: Sizes, registry: Registry, span: Span | None, report: Report) -> None:
    assert phase.mix is not None
    try:
        for piece in phase.mix.pieces:
            for at in (piece.begin, piece.end):
                shares_at(phase.mix, max(at, piece.begin), sizes, registry)
    except Mistake as found:
        message = found.diagnostic.message if found.diagnostic else ""
        report.error("plugin-failed", message, *((Label(span),) if span else ()))
