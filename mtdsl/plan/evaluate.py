"""Expressions to exact numbers, plugin calls and plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from mtdsl.diag import Fix, Label, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.lang import tree, units
from mtdsl.lang.units import Quantity
from mtdsl.plan.names import Bound, Found, Scope, unknown_name
from mtdsl.registry import Argument
from mtdsl.registry.arguments import Deferred

BILLION = 10**9
"""More than any window: a number written `32B` there is a budget."""

ONE = "techniques are not added up: what goes with one is a parameter of its own, such as `next_token(mtp = ...)`"
WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "none": None}


_ARITHMETIC: Mapping[str, Callable[[Quantity, Quantity, Span], Quantity]] = {
    "+": lambda left, right, span: units.add(left, right, 1, span),
    "-": lambda left, right, span: units.add(left, right, -1, span),
    "*": units.multiply,
    "/": units.divide,
}


class Facts(Protocol):
    """Answers what is asked of a node of the flow."""

    def fact(self, base: tree.Name | tree.Member, scope: Scope) -> Quantity:
        """`plan5t.tokens`, `lc[128k].context.end` as a quantity. Raises `Mistake`."""

    def fact_at(self, call: tree.Call, scope: Scope) -> Quantity:
        """`trunk.lr.at(7T)`. Raises `Mistake`."""


class Evaluator:
    """Evaluates expressions; a name that stands for itself is found out."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._open: list[tree.Expr] = []
        self._done: dict[tuple[int, int], Quantity] = {}

    def number(self, expr: tree.Expr, scope: Scope) -> Quantity:
        """The quantity of an expression. Raises `Mistake` where it is none."""
        match expr:
            case tree.Number():
                return units.quantity(expr)
            case tree.Name() | tree.Member():
                return self._named(expr, scope)
            case tree.Call() if expr.func.span.text.endswith(".at"):
                return self._facts.fact_at(expr, scope)
            case tree.Unary(op="-"):
                inner = self.number(expr.operand, scope)
                return replace(inner, value=-inner.value, span=expr.span)
            case tree.Binary(op="+" | "-" | "*" | "/"):
                return self._arithmetic(expr, scope)
        raise mistake("not-a-number", "a number is expected here", expr.span, help=_instead(expr))

    def _arithmetic(self, expr: tree.Binary, scope: Scope) -> Quantity:
        first, steps = tree.chain(expr, "+", "-", "*", "/")
        value = self.number(first, scope)
        for step in steps:
            value = _ARITHMETIC[step.op](value, self.number(step.right, scope), step.span)
        return value

    def _named(self, expr: tree.Name | tree.Member, scope: Scope) -> Quantity:
        if isinstance(expr, tree.Name) and isinstance(found := scope.find(expr), Bound):
            value = self._value(found, expr.span)
            return Quantity(value.value, value.dimension, expr.span, value.scaled, value.too)
        return self._facts.fact(expr, scope)

    def _value(self, found: Bound, span: Span) -> Quantity:
        """What a name stands for, worked out once where no `for` can change it."""
        key = id(found.expr), id(found.scope.module)
        if key in self._done and not found.scope.local:
            return self._done[key]
        with self.opened(found.expr, span):
            value = self.number(found.expr, found.scope)
        if not found.scope.local:
            self._done[key] = value
        return value

    @contextmanager
    def opened(self, expr: tree.Expr, span: Span) -> Iterator[None]:
        """Guards a name while what it stands for is evaluated: a name that needs itself is a mistake."""
        if any(expr is other for other in self._open):
            raise mistake("value-cycle", f"`{span.text}` needs its own value", span)
        self._open.append(expr)
        try:
            yield
        finally:
            self._open.pop()

    def resolve(self, expr: tree.Expr, scope: Scope) -> tuple[tree.Expr, Scope]:
        """Follows names until something is written out: a call, a list, a number, or a name that nothing stands for."""
        if isinstance(expr, tree.Name) and isinstance(found := scope.find(expr), Bound):
            with self.opened(found.expr, expr.span):
                return self.resolve(found.expr, found.scope)
        return expr, scope

    def call(self, expr: tree.Expr, scope: Scope) -> tuple[tree.Call, Scope]:
        """A plugin call: `yarn(factor = 4)`, a bare name `linear`, or a name that `let` gave to one."""
        found, where = self.resolve(expr, scope)
        if isinstance(found, tree.Call) and isinstance(found.func, tree.Name):
            inner, home = self.resolve(found.func, where)
            if isinstance(inner, tree.Call) and inner is not found:
                own = {item.name for item in found.named}
                named = (*(item for item in inner.named if item.name not in own), *found.named)
                both = Scope(home.module, {**where.local, **home.local})
                return tree.Call(found.span, inner.func, (*inner.args, *found.args), named), both
            return found, where
        if isinstance(found, tree.Name):
            return tree.Call(found.span, found), where
        hint, fix = (ONE, None) if isinstance(found, tree.Binary) else unquoted(found)
        message = "the name of a technique is expected here, such as `linear` or `yarn(factor = 4)`"
        raise mistake("not-a-call", message, found.span, help=hint, fix=fix)

    def argument(self, expr: tree.Value, scope: Scope) -> Argument:
        """What stands inside a call's brackets: a number, text, a word or a list of these; an arrow or a call is deferred."""
        if moves(expr):
            return Argument(Deferred(expr, scope, moves=True), None, expr.span)
        assert not isinstance(expr, tree.Hold | tree.Ruled | tree.Move)
        found, where = self.resolve(expr, scope)
        if isinstance(found, tree.String):
            return Argument(found.value, None, expr.span)
        if isinstance(found, tree.Items):
            return Argument(tuple(self.argument(item, where) for item in found.items), None, expr.span)
        if isinstance(found, tree.Name) and _stands_for_itself(found, where.find(found)):
            word = ".".join(found.parts)
            return Argument(WORDS.get(word, word), None, expr.span, bare=word not in WORDS and where.find(found) is None)
        if isinstance(found, tree.Call):
            return Argument(Deferred(found, where, moves=False), None, expr.span)
        value = self.number(found, where)
        dimension = "number" if value.dimension == "rate" else value.dimension
        return Argument(value.value, dimension, expr.span, value.scaled)

    def arguments(self, call: tree.Call, scope: Scope) -> tuple[list[Argument], dict[str, Argument]]:
        """Positional and named arguments of a call."""
        named = {item.name: replace(self.argument(item.value, scope), name_span=item.name_span) for item in call.named}
        return [self.argument(arg, scope) for arg in call.args], named

    def word(self, value: tree.Value, scope: Scope, options: tuple[str, ...], of: str) -> str:
        """One of a closed list of words."""
        found = self.resolve(value, scope)[0] if isinstance(value, tree.Name) else value
        word = found.parts[0] if isinstance(found, tree.Name) and len(found.parts) == 1 else None
        if word in options:
            return word
        listed = " or ".join(f"`{option}`" for option in options)
        help, fix = suggest(word, value.span, options) if word else (None, None)
        raise mistake("unknown-word", f"`{of}` is {listed}", value.span, help=help, fix=fix)


def _stands_for_itself(name: tree.Name, found: Bound | Found | None) -> bool:
    """A word, the name of a source, or that of an evaluation or a part of one: a technique is told the name."""
    if isinstance(found, Found) and isinstance(found.item, tree.Eval):
        return True
    return len(name.parts) == 1 and (found is None or (isinstance(found, Found) and isinstance(found.item, tree.Data)))


def moves(value: tree.Value) -> bool:
    """Whether a value is more than an expression: an arrow, what lasts for a span, or a list with one of these."""
    if isinstance(value, tree.Items):
        return any(moves(item) for item in value.items)
    return isinstance(value, tree.Hold | tree.Ruled | tree.Move)


def _instead(expr: tree.Expr) -> str | None:
    """What was probably meant by something that is no number."""
    match expr:
        case tree.String() if expr.value[:1].isdigit():
            return f"write it without quotes: `{expr.value}`"
        case tree.Call():
            return f"a technique stands behind the value that it moves: `2e-4 -> 0 by {expr.func.span.text}`"
        case tree.Items():
            return "write one; phases that differ in it are a family: `phase a for one in [...]`"
        case tree.Binary(op="x"):
            return f"tokens a step are `{expr.left.span.text} * {expr.right.span.text}`"
    return None


def unquoted(expr: tree.Expr) -> tuple[str | None, Fix | None]:
    """The way out of a name in quotes, and the edit; nothing for anything else."""
    if isinstance(expr, tree.String) and expr.value.isidentifier():
        return f"write it without quotes: `{expr.value}`", Fix.write(expr.span, expr.value)
    return None, None


def is_word(value: tree.Value, word: str) -> bool:
    """Whether a value is exactly that bare word."""
    return isinstance(value, tree.Name) and value.parts == (word,)


def text(value: tree.Value, of: str) -> str:
    """A string literal's text."""
    if isinstance(value, tree.String):
        return value.value
    raise mistake("unit-mismatch", f"`{of}` takes text in quotes", value.span)


def whole(value: Quantity, of: str) -> int:
    """A whole number above 0 or 0 itself."""
    if value.value.denominator != 1 or value.value < 0:
        kind = "0 or more" if value.value < 0 else "a whole number"
        raise mistake("unit-mismatch", f"`{of}` must be {kind}, not {_shown(value.value)}", value.span)
    return int(value.value)


def count(value: Quantity, of: str) -> int:
    """A whole number of things that have no unit: `seed = 42`, `layers = 4`."""
    if value.dimension != "number":
        raise mistake("unit-mismatch", f"`{of}` takes a plain number, not {value.noun}", value.span)
    return whole(value, of)


def length(value: Quantity, of: str) -> int:
    """A window in tokens: `4k`, `4096`, `1Mi`; a window of `1M` is an error."""
    if value.dimension not in ("length", "number") or (value.scaled and value.value >= BILLION):
        raise _no_length(value, of)
    if value.scaled:
        hint, fix = "a window is binary: write `1Mi` or `32k`", None
        if re.fullmatch(r"[\d_.]+M", value.span.text):
            fix = Fix.write(value.span, f"{value.span.text}i")
        message = f"`{of}` is a window, and `{value.span.text}` is decimal"
        raise mistake("window-decimal", message, value.span, help=hint, fix=fix)
    if value.value < 1:
        raise mistake("unit-mismatch", f"`{of}` must be at least one token", value.span, help="the least there is: write `1`")
    return whole(value, of)


def _no_length(value: Quantity, of: str) -> Mistake:
    what = "a token budget" if value.scaled else value.noun
    message = f"`{of}` takes a window length, not {what}"
    if value.dimension not in ("tokens", "number"):
        return mistake("unit-mismatch", message, value.span)
    hint = "a window of 32,768 tokens is written `32k`"
    return mistake("unit-mismatch", message, Label(value.span, f"{_shown(value.value)} tokens"), help=hint)


def plain(value: Quantity, of: str) -> Fraction:
    """A number without a unit."""
    if value.dimension not in ("number", "share"):
        raise mistake("unit-mismatch", f"`{of}` takes a plain number, not {value.noun}", value.span)
    return value.value


def rate(value: Quantity, of: str) -> Fraction:
    """A learning rate: one that a plan says, or a plain number that counts nothing and is no share."""
    if not value.is_rate:
        noun = "a number of tokens" if value.scaled else value.noun
        raise mistake("unit-mismatch", f"`{of}` takes a rate such as `2e-4`, not {noun}", value.span)
    return value.value


def _shown(value: Fraction) -> str:
    return f"{value.numerator:,}" if value.denominator == 1 else f"{float(value):g}"


__all__ = ["Evaluator", "Facts", "Found", "count", "is_word", "length", "plain", "rate", "text", "unknown_name", "whole"]
