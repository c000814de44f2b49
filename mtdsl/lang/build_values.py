"""Tree building for numbers, expressions, values and bodies: one function a rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from lark import Token

from mtdsl.diag import Span
from mtdsl.lang import literals
from mtdsl.lang.place import Place
from mtdsl.lang.tree import (
    Attribute,
    Binary,
    Body,
    Call,
    Extent,
    Hold,
    Items,
    Member,
    Move,
    Name,
    Named,
    Number,
    Operator,
    Override,
    Ruled,
    String,
    Unary,
    Unit,
    When,
)

Rule = Callable[[Place, Span, list[Any]], Any]
RULES: dict[str, Rule] = {}
_R = TypeVar("_R", bound=Rule)


def _rule(function: _R) -> _R:
    RULES[function.__name__.strip("_")] = function
    return function


# ---- words


@_rule
def number(place: Place, span: Span, parts: list[Token]) -> Number:
    """`2000 steps`."""
    digits, suffix = literals.number(parts[0], place.word(parts[0]), place.report)
    return Number(span, digits, suffix, cast(Unit, str(parts[1])) if len(parts) > 1 else None)


@_rule
def string(place: Place, span: Span, parts: list[Token]) -> String:
    """`"..."`."""
    return String(span, literals.string(parts[0], span, place.report))


@_rule
def dotted(place: Place, span: Span, parts: list[Token]) -> Name:
    """`trunk.lr.start`."""
    return Name(span, tuple(map(str, parts)))


@_rule
def member(place: Place, span: Span, parts: list[Any]) -> Member:
    """`lc[128k].context.end`."""
    base, keys, *rest = parts
    return Member(span, base, keys, tuple(map(str, rest)))


@_rule
def index(place: Place, span: Span, parts: list[Any]) -> tuple[Any, ...]:
    """`[128k]` behind a name."""
    return tuple(parts)


# ---- expressions


@_rule
def atom(place: Place, span: Span, parts: list[Any]) -> Any:
    """`(a)`, whose own span is without the parentheses."""
    return parts[0]


@_rule
def list_(place: Place, span: Span, parts: list[Any]) -> Items:
    """`[a, b]`."""
    return Items(span, tuple(parts))


@_rule
def named(place: Place, span: Span, parts: list[Any]) -> Named:
    """`theta = 2M`."""
    return Named(span, str(parts[0]), parts[1], place.word(parts[0]))


@_rule
def args(place: Place, span: Span, parts: list[Any]) -> list[Any]:
    """What stands between the parentheses of a call; an argument without a name comes before those with one."""
    seen_named = False
    for part in parts:
        if seen_named and not isinstance(part, Named):
            message = "an argument without a name comes before those with one"
            place.report.error("argument-order", message, part.span)
        seen_named = seen_named or isinstance(part, Named)
    return parts


@_rule
def call(place: Place, span: Span, parts: list[Any]) -> Call:
    """`yarn(factor = 4)`."""
    func, given = parts
    return make_call(span, func, given)


def make_call(span: Span, func: Name | Member, given: list[Any]) -> Call:
    """A call of `func` with `given`, where values and named arguments are mixed."""
    values = tuple(part for part in given if not isinstance(part, Named))
    return Call(span, func, values, tuple(part for part in given if isinstance(part, Named)))


@_rule
def override(place: Place, span: Span, parts: list[Any]) -> Override:
    """`stage3 with { ... }`."""
    return Override(span, *parts)


@_rule
def negative(place: Place, span: Span, parts: list[Any]) -> Unary:
    """`-a`."""
    return Unary(span, "-", parts[0])


@_rule
def negate(place: Place, span: Span, parts: list[Any]) -> Unary:
    """`not a`."""
    return Unary(span, "not", parts[0])


@_rule
def compared(place: Place, span: Span, parts: list[Any]) -> Binary:
    """`a >= b`."""
    left, sign, right = parts
    return Binary(span, cast(Operator, str(sign)), left, right)


def _infix(sign: Operator) -> Rule:
    return lambda place, span, parts: Binary(span, sign, *parts)


RULES |= {
    "add": _infix("+"),
    "subtract": _infix("-"),
    "multiply": _infix("*"),
    "divide": _infix("/"),
    "batch": _infix("x"),
    "both": _infix("and"),
    "either": _infix("or"),
}


# ---- values


@_rule
def over(place: Place, span: Span, parts: list[Any]) -> Extent:
    """`over 4.3T`."""
    return Extent(span, "over", parts[0])


@_rule
def until(place: Place, span: Span, parts: list[Any]) -> Extent:
    """`until 10T`."""
    return Extent(span, "until", parts[0])


@_rule
def span(place: Place, span: Span, parts: list[Any]) -> Extent:
    """Either of the two."""
    return cast(Extent, parts[0])


@_rule
def hold(place: Place, span: Span, parts: list[Any]) -> Hold:
    """`2e-4 until 10T`."""
    return Hold(span, *parts)


@_rule
def ruled(place: Place, span: Span, parts: list[Any]) -> Ruled:
    """`base by odm`."""
    value, *middle, by = parts
    return Ruled(span, value, middle[0] if middle else None, by)


@_rule
def move(place: Place, span: Span, parts: list[Any]) -> Move:
    """`a -> b over S by p`."""
    return _move(span, parts[0], parts[1:])


@_rule
def move_on(place: Place, span: Span, parts: list[Any]) -> Move:
    """`-> b over S by p`."""
    return _move(span, None, parts)


def _move(span: Span, start: Any, parts: list[Any]) -> Move:
    end, *rest = parts
    extent = next((part for part in rest if isinstance(part, Extent)), None)
    by = next((part for part in rest if isinstance(part, Name | Call)), None)
    return Move(span, start, end, extent, by)


# ---- bodies


@_rule
def key(place: Place, span: Span, parts: list[Token]) -> Token:
    """The name of an attribute, which may be any word."""
    return parts[0]


RULES["top_key"] = key


@_rule
def attribute(place: Place, span: Span, parts: list[Any]) -> Attribute:
    """`name = value`."""
    word, value = parts
    doc = place.comments.doc(span.start, span.end)
    return Attribute(span, str(word), value, place.word(word), doc)


@_rule
def when(place: Place, span: Span, parts: list[Any]) -> When:
    """`when loss < 1.98 { ... }`."""
    return When(span, *parts)


@_rule
def body(place: Place, span: Span, parts: list[Any]) -> Body:
    """`{ ... }`."""
    return Body(span, tuple(parts))
