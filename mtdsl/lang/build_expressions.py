"""Tree building for numbers, names and expressions: one function a rule of the grammar."""

from __future__ import annotations

from typing import Any, cast

from mtdsl.diag import Span
from mtdsl.lang import literals
from mtdsl.lang.place import Place, Word
from mtdsl.lang.rules import Rule, Rules
from mtdsl.lang.tree import Binary, Call, Items, Member, Name, Named, Number, Operator, Override, String, Unary, Unit

RULES = Rules()


# ---- words


@RULES
def number(place: Place, span: Span, parts: list[Word]) -> Number:
    """`2000 steps`."""
    digits, suffix = literals.number(parts[0], span, place.report)
    return Number(span, digits, suffix, cast(Unit, str(parts[1])) if len(parts) > 1 else None)


@RULES
def string(place: Place, span: Span, parts: list[Word]) -> String:
    """`"..."`."""
    return String(span, literals.string(parts[0], span, place.report))


@RULES
def dotted(place: Place, span: Span, parts: list[Word]) -> Name:
    """`trunk.lr.start`."""
    return Name(span, tuple(map(str, parts)))


@RULES
def member(place: Place, span: Span, parts: list[Any]) -> Member:
    """`lc[128k].context.end`."""
    base, keys, *rest = parts
    return Member(span, base, keys, tuple(map(str, rest)))


@RULES
def index(place: Place, span: Span, parts: list[Any]) -> tuple[Any, ...]:
    """`[128k]` behind a name."""
    return tuple(parts)


# ---- expressions


@RULES
def atom(place: Place, span: Span, parts: list[Any]) -> Any:
    """`(a)`, whose own span is without the parentheses."""
    return parts[0]


@RULES
def list_(place: Place, span: Span, parts: list[Any]) -> Items:
    """`[a, b]`."""
    return Items(span, tuple(parts))


@RULES
def named(place: Place, span: Span, parts: list[Any]) -> Named:
    """`theta = 2M`."""
    return Named(span, str(parts[0]), parts[1], place.word(parts[0]))


@RULES
def args(place: Place, span: Span, parts: list[Any]) -> list[Any]:
    """What stands between the parentheses of a call: arguments without a name, then those with one, each name once."""
    seen: dict[str, Named] = {}
    for part in parts:
        if not isinstance(part, Named):
            if seen:
                message = "an argument without a name comes before those with one"
                place.report.error("argument-order", message, part.span)
        elif part.name in seen:
            place.report.error("declared-twice", f"`{part.name}` is given twice", part.name_span, seen[part.name].name_span)
        else:
            seen[part.name] = part
    return parts


@RULES
def call(place: Place, span: Span, parts: list[Any]) -> Call:
    """`yarn(factor = 4)`."""
    func, given = parts
    return make_call(span, func, given)


def make_call(span: Span, func: Name | Member, given: list[Any]) -> Call:
    """A call of `func` with `given`, where values and named arguments are mixed."""
    values = tuple(part for part in given if not isinstance(part, Named))
    return Call(span, func, values, tuple(part for part in given if isinstance(part, Named)))


@RULES
def override(place: Place, span: Span, parts: list[Any]) -> Override:
    """`stage3 with { ... }`."""
    return Override(span, *parts)


@RULES
def negative(place: Place, span: Span, parts: list[Any]) -> Unary:
    """`-a`."""
    return Unary(span, "-", parts[0])


@RULES
def negate(place: Place, span: Span, parts: list[Any]) -> Unary:
    """`not a`."""
    return Unary(span, "not", parts[0])


@RULES
def compared(place: Place, span: Span, parts: list[Any]) -> Binary:
    """`a >= b`."""
    left, sign, right = parts
    return Binary(span, cast(Operator, str(sign)), left, right)


def _infix(sign: Operator) -> Rule:
    return lambda place, span, parts: Binary(span, sign, *parts)


INFIX: dict[str, Rule] = {
    "add": _infix("+"),
    "subtract": _infix("-"),
    "multiply": _infix("*"),
    "divide": _infix("/"),
    "batch": _infix("x"),
    "both": _infix("and"),
    "either": _infix("or"),
}
"""Those that stand between operands as often as one likes: `a + b - c` is no deeper than `a + b`."""

RULES |= INFIX
