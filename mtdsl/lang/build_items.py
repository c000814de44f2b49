"""Tree building for the head of a recipe, data and phases: one function a rule of the grammar."""

from __future__ import annotations

from typing import Any, cast

from mtdsl.diag import Span
from mtdsl.lang import literals
from mtdsl.lang.place import Place, Word
from mtdsl.lang.rules import Rules
from mtdsl.lang.tree import (
    AnyItem,
    Attribute,
    Body,
    Data,
    Each,
    Group,
    Let,
    Mix,
    Name,
    Node,
    Operator,
    Param,
    Phase,
    Recipe,
    Require,
    Setting,
    Start,
    Use,
)

RULES = Rules()


@RULES
def start(place: Place, span: Span, parts: list[AnyItem]) -> tuple[AnyItem, ...]:
    """The items of a file, or of a piece of one."""
    return tuple(parts)


@RULES
def expression(place: Place, span: Span, parts: list[Any]) -> Any:
    """What follows `--set name=`."""
    return parts[0]


# ---- head


@RULES
def recipe(place: Place, span: Span, parts: list[Word]) -> Recipe:
    """`recipe NAME "title"`."""
    name, *title = parts
    words = literals.string(title[0], place.word(title[0]), place.report) if title else ""
    return Recipe(span, place.doc(span), *place.declare(name), words)


@RULES
def require(place: Place, span: Span, parts: list[Word]) -> Require:
    """`require acme-power >= 0.2`."""
    package, sign, version = map(str, parts)
    return Require(span, place.doc(span), package, cast(Operator, sign), version)


@RULES
def python(place: Place, span: Span, parts: list[Any]) -> bool:
    """`python` in `use python`."""
    return True


@RULES
def alias(place: Place, span: Span, parts: list[Word]) -> str:
    """`as NAME`."""
    return place.declare(parts[0])[0]


@RULES
def names(place: Place, span: Span, parts: list[Word]) -> tuple[Name, ...]:
    """`(a, b)`."""
    return tuple(Name(place.word(word), (str(word),)) for word in parts)


@RULES
def use(place: Place, span: Span, parts: list[Any]) -> Use:
    """`use "file.mtr" (a, b)`."""
    is_python = parts[0] is True
    quoted, *rest = parts[is_python:]
    path_span = place.word(quoted)
    path = literals.string(quoted, path_span, place.report)
    taken = next((part for part in rest if isinstance(part, tuple)), ())
    renamed = next((part for part in rest if isinstance(part, str)), None)
    return Use(span, place.doc(span), path, path_span, taken, renamed, is_python)


# ---- names for values


@RULES
def param(place: Place, span: Span, parts: list[Any]) -> Param:
    """`param NAME = expr`."""
    return Param(span, place.doc(span), *place.declare(parts[0]), parts[1])


@RULES
def let(place: Place, span: Span, parts: list[Any]) -> Let:
    """`let NAME = expr`."""
    return Let(span, place.doc(span), *place.declare(parts[0]), parts[1])


@RULES
def setting(place: Place, span: Span, parts: list[Any]) -> Setting:
    """`name = value` at the top level."""
    word, value = parts
    doc = place.doc(span)
    return Setting(span, doc, Attribute(span, str(word), value, place.word(word), doc))


# ---- data and phases


@RULES
def like(place: Place, span: Span, parts: list[Node]) -> Node:
    """`like NODE`."""
    return parts[0]


@RULES
def data(place: Place, span: Span, parts: list[Any]) -> Data:
    """`data NAME like OTHER { ... }` or `data NAME = value`."""
    name, *model, last = parts
    body, value = _body_or_value(last)
    return Data(span, place.doc(span, body), *place.declare(name), model[0] if model else None, body, value)


@RULES
def mix(place: Place, span: Span, parts: list[Any]) -> Mix:
    """`mix NAME { ... }` or `mix NAME = value`."""
    name, last = parts
    body, value = _body_or_value(last)
    return Mix(span, place.doc(span, body), *place.declare(name), body, value)


def _body_or_value(last: Any) -> tuple[Body | None, Any]:
    return (last, None) if isinstance(last, Body) else (None, last)


@RULES
def start_from(place: Place, span: Span, parts: list[Any]) -> Start:
    """`start NAME { ... }`."""
    name, body = parts
    return Start(span, place.doc(span, body), *place.declare(name), body)


@RULES
def rungs(place: Place, span: Span, parts: list[Any]) -> tuple[Any, ...]:
    """`[..] -> [..]` of a `for`."""
    return tuple(parts)


@RULES
def each(place: Place, span: Span, parts: list[Any]) -> Each:
    """`for a, b in ...`."""
    *words, steps = parts
    declared = (place.declare(word) for word in words)
    return Each(span, tuple(Name(where, (name,)) for name, where in declared), steps, len(steps) > 1)


@RULES
def phase(place: Place, span: Span, parts: list[Any]) -> Phase:
    """`phase NAME like OTHER for ... { ... }`."""
    name, *middle, body = parts
    model = next((part for part in middle if isinstance(part, Node)), None)
    families = tuple(part for part in middle if isinstance(part, Each))
    return Phase(span, place.doc(span, body), *place.declare(name), model, families, body)


@RULES
def group(place: Place, span: Span, parts: list[Any]) -> Group:
    """`group NAME { ... }`."""
    name, body = parts
    return Group(span, place.doc(span, body), *place.declare(name), body)
