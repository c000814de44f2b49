"""Reads a text: at once if it is well-formed, else item by item, so that each broken item is reported once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from mtdsl.diag import Diagnostic, Report, Source
from mtdsl.diag.report import Enough
from mtdsl.lang.build import TooDeep
from mtdsl.lang.comments import Comments, allows
from mtdsl.lang.engine import engine
from mtdsl.lang.place import Place
from mtdsl.lang.tree import AnyItem, Expr, File

MOST_BROKEN = 20
"""Broken items after which reading stops: what follows is likely not a recipe at all."""


def read_file(source: Source) -> tuple[File, tuple[Diagnostic, ...]]:
    """See `mtdsl.lang.parse`."""
    report = Report()
    comments = Comments(source)
    place = Place(source, 0, comments, report)
    try:
        items = _read(place, len(source.text), "start")
        if isinstance(items, Diagnostic):
            items = _piecewise(place, items)
        return File(source, items, allows(comments, report)), report.done()
    except Enough as full:
        return File(source, ()), full.report.done()


def read_expression(source: Source) -> tuple[Expr | None, tuple[Diagnostic, ...]]:
    """See `mtdsl.lang.parse_expression`."""
    report = Report()
    value = _read(Place(source, 0, Comments(source), report), len(source.text), "expression")
    return (None, (value,)) if isinstance(value, Diagnostic) else (value, report.done())


def _read(place: Place, end: int, rule: Literal["start", "expression"]) -> Any:
    """What the text from `place` to `end` says, or the one error that kept it from being read."""
    found = Report()
    try:
        value = engine().read(replace(place, report=found), end, rule)
        if value is None:
            from mtdsl.lang.attempt import attempt
            from mtdsl.lang.mistakes import explain

            return explain(attempt(place.source, place.offset, end, rule))
    except TooDeep as stopped:
        return stopped.diagnostic
    place.report.extend(found.done())
    return value


def _piecewise(place: Place, whole: Diagnostic) -> tuple[AnyItem, ...]:
    from mtdsl.lang.pieces import cut

    items: list[AnyItem] = []
    broken = 0
    for start, end in cut(place.source.text):
        piece = _read(replace(place, offset=start), end, "start")
        if not isinstance(piece, Diagnostic):
            items.extend(piece)
            continue
        place.report.add(piece)
        if (broken := broken + 1) == MOST_BROKEN:
            break
    if not broken:
        place.report.add(whole)
    return tuple(items)
