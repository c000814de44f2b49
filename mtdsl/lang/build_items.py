"""Tree building for items and the flow: one function a rule of the grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from lark import Token

from mtdsl.diag import Span
from mtdsl.lang import literals
from mtdsl.lang.build_values import make_call
from mtdsl.lang.place import Place
from mtdsl.lang.tree import (
    AnyItem,
    Attribute,
    Body,
    Call,
    Check,
    Data,
    Each,
    Eval,
    Flow,
    Let,
    Merge,
    Mix,
    Name,
    Node,
    Operator,
    Param,
    Path,
    Phase,
    Recipe,
    Require,
    Schedule,
    Setting,
    Start,
    Transition,
    Use,
)

Rule = Callable[[Place, Span, list[Any]], Any]
RULES: dict[str, Rule] = {}
_R = TypeVar("_R", bound=Rule)


def _rule(function: _R) -> _R:
    RULES[function.__name__.strip("_")] = function
    return function


def _doc(place: Place, span: Span, body: Body | None = None) -> str:
    return place.comments.doc(span.start, span.end, body.span.start + 1 if body else None)


@_rule
def start(place: Place, span: Span, parts: list[AnyItem]) -> tuple[AnyItem, ...]:
    """The items of a file, or of a piece of one."""
    return tuple(parts)


@_rule
def expression(place: Place, span: Span, parts: list[Any]) -> Any:
    """What follows `--set name=`."""
    return parts[0]


# ---- head


@_rule
def recipe(place: Place, span: Span, parts: list[Token]) -> Recipe:
    """`recipe NAME "title"`."""
    name, *title = parts
    words = literals.string(title[0], place.word(title[0]), place.report) if title else ""
    return Recipe(span, _doc(place, span), *place.declare(name), words)


@_rule
def require(place: Place, span: Span, parts: list[Token]) -> Require:
    """`require acme-power >= 0.2`."""
    package, sign, version = map(str, parts)
    return Require(span, _doc(place, span), package, cast(Operator, sign), version)


@_rule
def python(place: Place, span: Span, parts: list[Any]) -> bool:
    """`python` in `use python`."""
    return True


@_rule
def alias(place: Place, span: Span, parts: list[Token]) -> str:
    """`as NAME`."""
    return place.declare(parts[0])[0]


@_rule
def names(place: Place, span: Span, parts: list[Token]) -> tuple[Name, ...]:
    """`(a, b)`."""
    return tuple(Name(place.word(word), (str(word),)) for word in parts)


@_rule
def use(place: Place, span: Span, parts: list[Any]) -> Use:
    """`use "file.mtr" (a, b)`."""
    is_python = parts[0] is True
    quoted, *rest = parts[is_python:]
    path_span = place.word(quoted)
    path = literals.string(quoted, path_span, place.report)
    taken = next((part for part in rest if isinstance(part, tuple)), ())
    renamed = next((part for part in rest if isinstance(part, str)), None)
    return Use(span, _doc(place, span), path, path_span, taken, renamed, is_python)


# ---- names for values


@_rule
def param(place: Place, span: Span, parts: list[Any]) -> Param:
    """`param NAME = expr`."""
    return Param(span, _doc(place, span), *place.declare(parts[0]), parts[1])


@_rule
def let(place: Place, span: Span, parts: list[Any]) -> Let:
    """`let NAME = expr`."""
    return Let(span, _doc(place, span), *place.declare(parts[0]), parts[1])


@_rule
def setting(place: Place, span: Span, parts: list[Any]) -> Setting:
    """`name = value` at the top level."""
    word, value = parts
    doc = _doc(place, span)
    return Setting(span, doc, Attribute(span, str(word), value, place.word(word), doc))


# ---- data and phases


@_rule
def like(place: Place, span: Span, parts: list[Node]) -> Node:
    """`like NODE`."""
    return parts[0]


@_rule
def data(place: Place, span: Span, parts: list[Any]) -> Data:
    """`data NAME like OTHER { ... }` or `data NAME = value`."""
    name, *model, last = parts
    body, value = _body_or_value(last)
    return Data(span, _doc(place, span, body), *place.declare(name), model[0] if model else None, body, value)


@_rule
def mix(place: Place, span: Span, parts: list[Any]) -> Mix:
    """`mix NAME { ... }` or `mix NAME = value`."""
    name, last = parts
    body, value = _body_or_value(last)
    return Mix(span, _doc(place, span, body), *place.declare(name), body, value)


def _body_or_value(last: Any) -> tuple[Body | None, Any]:
    return (last, None) if isinstance(last, Body) else (None, last)


@_rule
def start_from(place: Place, span: Span, parts: list[Any]) -> Start:
    """`start NAME { ... }`."""
    name, body = parts
    return Start(span, _doc(place, span, body), *place.declare(name), body)


@_rule
def rungs(place: Place, span: Span, parts: list[Any]) -> tuple[Any, ...]:
    """`[..] -> [..]` of a `for`."""
    return tuple(parts)


@_rule
def each(place: Place, span: Span, parts: list[Any]) -> Each:
    """`for a, b in ...`."""
    *words, steps = parts
    declared = (place.declare(word) for word in words)
    return Each(span, tuple(Name(where, (name,)) for name, where in declared), steps, len(steps) > 1)


@_rule
def phase(place: Place, span: Span, parts: list[Any]) -> Phase:
    """`phase NAME like OTHER for ... { ... }`."""
    name, *middle, body = parts
    model = next((part for part in middle if isinstance(part, Node)), None)
    families = tuple(part for part in middle if isinstance(part, Each))
    return Phase(span, _doc(place, span, body), *place.declare(name), model, families, body)


# ---- measures and merges


@_rule
def eval_(place: Place, span: Span, parts: list[Any]) -> Eval:
    """`eval NAME = value`."""
    return Eval(span, _doc(place, span), *place.declare(parts[0]), parts[1])


@_rule
def merge(place: Place, span: Span, parts: list[Any]) -> Merge:
    """`merge NAME = expr`."""
    return Merge(span, _doc(place, span), *place.declare(parts[0]), parts[1])


@_rule
def check(place: Place, span: Span, parts: list[Any]) -> Check:
    """`check test "message"`."""
    test, *message = parts
    words = literals.string(message[0], place.word(message[0]), place.report) if message else ""
    return Check(span, _doc(place, span), test, words)


# ---- the flow


@_rule
def point(place: Place, span: Span, parts: list[Any]) -> Call:
    """`.at(7T)`, `.end`: the call's span is without the dot."""
    word, *given = parts
    func = Name(place.word(word), (str(word),))
    return make_call(Span(span.source, func.span.start, span.end), func, given[0] if given else [])


@_rule
def node(place: Place, span: Span, parts: list[Any]) -> Node:
    """`anneal[42].at(7T)`."""
    word, *rest = parts
    keys = next((part for part in rest if isinstance(part, tuple)), ())
    return Node(span, str(word), keys, next((part for part in rest if isinstance(part, Call)), None))


@_rule
def path(place: Place, span: Span, parts: list[Node]) -> Path:
    """`a -> b`."""
    return Path(span, tuple(parts))


@_rule
def flow(place: Place, span: Span, parts: list[Path]) -> Flow:
    """`flow a -> b`."""
    return Flow(span, _doc(place, span), parts[0])


@_rule
def transition(place: Place, span: Span, parts: list[Any]) -> Transition:
    """`transition a -> b { ... }`."""
    where, body = parts
    return Transition(span, _doc(place, span, body), where, body)


@_rule
def schedule(place: Place, span: Span, parts: list[Any]) -> Schedule:
    """`schedule lr over a -> b = value`; its name is an attribute's, so it may be a keyword."""
    word, where, value = parts
    return Schedule(span, _doc(place, span), str(word), place.word(word), where, value)
