"""Where the share of one source in a mixture was written, however deep the mixture is nested."""

from __future__ import annotations

from collections.abc import Iterator

from mtdsl.diag import Span
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.names import Bound, Found, Scope


def share_span(mix: Written, source: str) -> Span | None:
    """The share in the mixture that `mix` ends with, else in one it holds before; None where no text names the source."""
    return _value(mix.value, mix.scope, source)


def _value(value: tree.Value, scope: Scope, source: str) -> Span | None:
    found = (_within(end, scope, source) for end in reversed(list(_ends(value))))
    return next((span for span in found if span is not None), None)


def _ends(value: tree.Value) -> Iterator[tree.Expr]:
    """The mixtures of a value, in the order in which they are reached."""
    match value:
        case tree.Items():
            for item in value.items:
                yield from _ends(item)
        case tree.Move():
            yield from (value.end,) if value.start is None else (value.start, value.end)
        case tree.Hold() | tree.Ruled():
            yield value.value
        case _:
            yield value


def _within(expr: tree.Expr, scope: Scope, source: str) -> Span | None:
    match expr:
        case tree.Name():
            return _named(expr, scope, source)
        case tree.Binary(op="*"):
            inside = _within(expr.left, scope, source) or _within(expr.right, scope, source)
            own = inside in (expr.left.span, expr.right.span)  # `10% * web`: the share is all of it
            return expr.span if own else inside
        case tree.Binary():
            return _within(expr.left, scope, source) or _within(expr.right, scope, source)
        case tree.Override():
            return _entry(expr.body, scope, source) or _within(expr.base, scope, source)
        case tree.Call():
            inner = (expr.func, *expr.args) if isinstance(expr.func, tree.Name) else expr.args
            found = (_within(part, scope, source) for part in inner if isinstance(part, tree.Name))
            return next((span for span in found if span is not None), None)
    return None


def _named(name: tree.Name, scope: Scope, source: str) -> Span | None:
    found = scope.find(name)
    if isinstance(found, Bound):
        return _within(found.expr, found.scope, source)
    home, short = scope.within(name)
    found = home.find(short)
    if not isinstance(found, Found) or not isinstance(found.item, tree.Data | tree.Mix):
        return None
    if isinstance(found.item, tree.Data):
        return name.span if found.item.name == source else None
    return _declared(found.item, Scope(found.module), source)


def _declared(mix: tree.Mix, scope: Scope, source: str) -> Span | None:
    if mix.body is not None:
        return _entry(mix.body, scope, source)
    return None if mix.value is None else _value(mix.value, scope, source)


def _entry(body: tree.Body, scope: Scope, source: str) -> Span | None:
    """The share beside the source's own name, else inside a mixture that the body names."""
    entries = [entry for entry in body.entries if isinstance(entry, tree.Attribute)]
    for entry in entries:
        if _named(tree.Name(entry.name_span, (entry.name,)), scope, source) == entry.name_span:
            return entry.value.span
    inside = (_named(tree.Name(entry.name_span, (entry.name,)), scope, source) for entry in entries)
    return next((span for span in inside if span is not None), None)
