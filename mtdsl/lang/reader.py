"""Reads a text: at once if it is well-formed, else item by item, so that each broken item is reported once."""

from __future__ import annotations

from typing import cast

from mtdsl.diag import Diagnostic, Report, Source, Span
from mtdsl.lang.attempt import TooDeep, attempt
from mtdsl.lang.build import build, too_deep
from mtdsl.lang.comments import Comments, allows
from mtdsl.lang.failure import Failure
from mtdsl.lang.mistakes import explain
from mtdsl.lang.pieces import cut
from mtdsl.lang.place import Place
from mtdsl.lang.tree import AnyItem, Expr, File

MOST_BROKEN = 20
"""Broken items after which reading stops: what follows is likely not a recipe at all."""


def read_file(source: Source) -> tuple[File, tuple[Diagnostic, ...]]:
    """See `mtdsl.lang.parse`."""
    report = Report()
    comments = Comments(source)
    items = _read(source, 0, len(source.text), comments, report)
    if isinstance(items, Failure):
        items = _piecewise(source, items, comments, report)
    return File(source, items, allows(comments, report)), report.done()


def read_expression(source: Source) -> tuple[Expr | None, tuple[Diagnostic, ...]]:
    """See `mtdsl.lang.parse_expression`."""
    report = Report()
    try:
        tree = attempt(source, 0, len(source.text), "expression")
    except TooDeep as stopped:
        too_deep(Span(source, stopped.at, stopped.at + 1), report)
        return None, report.done()
    if isinstance(tree, Failure):
        report.add(explain(tree))
        return None, report.done()
    return build(tree, Place(source, 0, Comments(source), report)), report.done()


def _read(source: Source, start: int, end: int, comments: Comments, report: Report) -> tuple[AnyItem, ...] | Failure:
    try:
        tree = attempt(source, start, end, "start")
    except TooDeep as stopped:
        too_deep(Span(source, stopped.at, stopped.at + 1), report)
        return ()
    if isinstance(tree, Failure):
        return tree
    return cast(tuple[AnyItem, ...], build(tree, Place(source, start, comments, report)) or ())


def _piecewise(source: Source, whole: Failure, comments: Comments, report: Report) -> tuple[AnyItem, ...]:
    items: list[AnyItem] = []
    broken = 0
    for start, end in cut(source.text):
        piece = _read(source, start, end, comments, report)
        if not isinstance(piece, Failure):
            items.extend(piece)
            continue
        report.add(explain(piece))
        if (broken := broken + 1) == MOST_BROKEN:
            break
    if not broken:
        report.add(explain(whole))
    return tuple(items)
