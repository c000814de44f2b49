"""`# mtr: allow(id): why` in a recipe: the findings of that line that its author knows of and means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from mtdsl.diag import Change, Diagnostic, Fix, Report, Span
from mtdsl.diag.nearest import suggest
from mtdsl.diag.report import MOST
from mtdsl.lang import tree

Key = tuple[str, int, str]


@dataclass(slots=True)
class _Allowed:
    """One id of one comment, and what became of it."""

    id: str
    comment: tree.Allow
    used: bool = False
    kept: list[Diagnostic] = field(default_factory=list)


def silenced(
    found: Iterable[Diagnostic],
    files: Iterable[tree.File],
    main: tree.File,
    lints: Collection[str],
    *,
    complete: bool,
) -> tuple[Diagnostic, ...]:
    """What is left of `found`, and what is wrong with the comments themselves.

    Warnings, notes and whatever a lint says can be allowed; an error of the core cannot, since there is no plan without it.
    Comments that silence nothing are told of in the recipe itself (what another file allows may serve other recipes), and only
    where the recipe was understood to its end: where it is not `complete`, no lint has looked at it.
    """
    allowed = [_Allowed(id, comment) for file in files for comment in file.allows for id in comment.ids]
    left = Report()
    left.extend(tuple(one for one in found if not _silences(allowed, one, lints)))
    for one in islice((one for one in allowed if one.kept or not one.used), MOST):
        left.extend(tuple(_remarks(one, main, lints, complete=complete)))
    return left.done()


def _silences(allowed: list[_Allowed], found: Diagnostic, lints: Collection[str]) -> bool:
    """Whether a comment stands where the primary label begins or ends."""
    if not allowed or not found.labels:
        return False
    here = [one for one in allowed if one.id == found.id and _speaks_of(one.comment, found.labels[0].span)]
    can = found.severity != "error" or found.id in lints
    for one in here:
        one.used = one.used or can
        one.kept += [] if can else [found]
    return can and bool(here)


def _speaks_of(comment: tree.Allow, span: Span) -> bool:
    last = span.source.position(max(span.start, span.end - 1))[0]
    return comment.span.source == span.source and comment.line in (span.line, last)


def _remarks(one: _Allowed, main: tree.File, lints: Collection[str], *, complete: bool) -> Iterator[Diagnostic]:
    report = Report()
    if not one.used and not one.kept and not _known(one.id, lints):
        help, fix = suggest(one.id, _span(one), [*lints, *_core()])
        report.warning("unknown-allow", f"nothing is ever found under the id `{one.id}`", _span(one), help=help, fix=fix)
    elif one.kept:
        report.warning("unused-allow", f"`{one.id}` is an error, which cannot be allowed", _span(one), fix=_removed(one))
    elif complete and not one.used and one.comment.span.source == main.source:
        report.warning("unused-allow", f"there is no `{one.id}` on this line", _span(one), fix=_removed(one))
    yield from report.done()


def _known(id: str, lints: Collection[str]) -> bool:
    return id in lints or id in _core()


def _core() -> Collection[str]:
    from mtdsl.diag.catalogue import catalogue

    return catalogue()


def _span(one: _Allowed) -> Span:
    """The id in its comment."""
    comment = one.comment.span
    at = re.search(rf"(?<![\w-]){re.escape(one.id)}(?![\w-])", comment.text)
    return comment if at is None else Span(comment.source, comment.start + at.start(), comment.start + at.end())


def _removed(one: _Allowed) -> Fix:
    """Takes the id out of its comment; where it was the only one, the comment goes, and a reason in it stays as a plain one."""
    if len(one.comment.ids) == 1 and one.comment.reason:
        return Fix.write(one.comment.span, f"# {one.comment.reason}", title="keep only the reason")
    if len(one.comment.ids) == 1:
        return Fix("remove the comment", (Change(_whole(one.comment.span), ""),))
    others = ", ".join(id for id in one.comment.ids if id != one.id)
    text = one.comment.span.text
    start, end = text.index("(") + 1, text.index(")")
    inside = Span(one.comment.span.source, one.comment.span.start + start, one.comment.span.start + end)
    return Fix(f"remove `{one.id}`", (Change(inside, others),))


def _whole(comment: Span) -> Span:
    """A comment with the space before it, and with its line where nothing else is on it."""
    text, start, end = comment.source.text, comment.start, comment.end
    while start and text[start - 1] in " \t":
        start -= 1
    if (not start or text[start - 1] == "\n") and text[end : end + 1] == "\n":
        end += 1
    return Span(comment.source, start, end)
