"""Where the share of one source in a mixture was written, however deep the mixture is nested."""

from __future__ import annotations

from collections.abc import Iterator

from mtdsl.diag import Span
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.names import Bound, Found, Scope
from mtdsl.plan.views import lengths_of, shown


def share_span(mix: Written, source: str, evaluator: Evaluator) -> Span | None:
    """The share in the mixture that `mix` ends with, else in one it holds before; None where no text names the source.

    A part of a source that no text names may stand for all of it: where a phase takes its length bucket of everything.
    """
    whole = source.partition("(")[0]
    found = _Search(source, evaluator).value(mix.value, mix.scope)
    return found if found or whole == source else _Search(whole, evaluator).value(mix.value, mix.scope)


class _Search:
    def __init__(self, source: str, evaluator: Evaluator) -> None:
        self._source = source
        self._evaluator = evaluator

    def value(self, value: tree.Value, scope: Scope) -> Span | None:
        """In the mixtures of a value, the last first."""
        found = (self._within(end, scope) for end in reversed(list(_ends(value))))
        return next((span for span in found if span is not None), None)

    def _within(self, expr: tree.Expr, scope: Scope) -> Span | None:
        match expr:
            case tree.Name():
                return self._named(expr, scope)
            case tree.Binary(op="*"):
                inside = self._within(expr.left, scope) or self._within(expr.right, scope)
                own = inside in (expr.left.span, expr.right.span)  # `10% * web`: the share is all of it
                return expr.span if own else inside
            case tree.Binary():
                first, rest = tree.chain(expr, "+")
                found = (self._within(term, scope) for term in (first, *(step.right for step in rest)))
                return next((span for span in found if span is not None), None) if rest else None
            case tree.Override():
                return self._entry(expr.body, scope) or self._within(expr.base, scope)
            case tree.Call():
                return self._call(expr, scope)
        return None

    def _call(self, expr: tree.Call, scope: Scope) -> Span | None:
        """A part of a source, or what a rule weighs."""
        source = _found(expr.func, scope) if isinstance(expr.func, tree.Name) else None
        if source is not None and isinstance(source.item, tree.Data):
            part = f"{source.item.name}({shown(lengths_of(expr.args[0], scope, self._evaluator))})"
            return expr.span if self._source in (part, source.item.name) else None
        mixtures = tree.Name | tree.Call | tree.Binary | tree.Override
        found = (self._within(arg, scope) for arg in expr.args if isinstance(arg, mixtures))
        return next((span for span in found if span is not None), None)

    def _named(self, name: tree.Name, scope: Scope) -> Span | None:
        found = scope.find(name)
        if isinstance(found, Bound):
            return self._within(found.expr, found.scope)
        found = _found(name, scope)
        if found is None:
            return None
        if isinstance(found.item, tree.Mix):
            return self._declared(found.item, Scope(found.module))
        return name.span if isinstance(found.item, tree.Data) and found.item.name == self._source else None

    def _declared(self, mix: tree.Mix, scope: Scope) -> Span | None:
        if mix.body is not None:
            return self._entry(mix.body, scope)
        return None if mix.value is None else self.value(mix.value, scope)

    def _entry(self, body: tree.Body, scope: Scope) -> Span | None:
        """The share beside the source's own name, else inside a mixture that the body names."""
        inside = None
        for entry in (entry for entry in body.entries if isinstance(entry, tree.Attribute)):
            found = self._named(tree.Name(entry.name_span, (entry.name,)), scope)
            if found == entry.name_span:
                return entry.value.span
            inside = inside or found
        return inside


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


def _found(name: tree.Name, scope: Scope) -> Found | None:
    """What a name declares; None where it stands for a value."""
    home, short = scope.within(name)
    found = home.find(short)
    return found if isinstance(found, Found) else None
