"""Tree building for what stands, holds or moves, and bodies: one function a rule of the grammar."""

from __future__ import annotations

from typing import Any, cast

from mtdsl.diag import Span
from mtdsl.lang.place import Place
from mtdsl.lang.rules import Rules
from mtdsl.lang.tree import Attribute, Body, Call, Extent, Hold, Move, Name, Ruled, When

RULES = Rules()


# ---- values


@RULES
def over(place: Place, span: Span, parts: list[Any]) -> Extent:
    """`over 4.3T`."""
    return Extent(span, "over", parts[0])


@RULES
def until(place: Place, span: Span, parts: list[Any]) -> Extent:
    """`until 10T`."""
    return Extent(span, "until", parts[0])


@RULES
def span(place: Place, span: Span, parts: list[Any]) -> Extent:
    """Either of the two."""
    return cast(Extent, parts[0])


@RULES
def hold(place: Place, span: Span, parts: list[Any]) -> Hold:
    """`2e-4 until 10T`."""
    return Hold(span, *parts)


@RULES
def ruled(place: Place, span: Span, parts: list[Any]) -> Ruled:
    """`base by odm`."""
    value, *middle, by = parts
    return Ruled(span, value, middle[0] if middle else None, by)


@RULES
def move(place: Place, span: Span, parts: list[Any]) -> Move:
    """`a -> b over S by p`."""
    return _move(span, parts[0], parts[1:])


@RULES
def move_on(place: Place, span: Span, parts: list[Any]) -> Move:
    """`-> b over S by p`."""
    return _move(span, None, parts)


def _move(span: Span, start: Any, parts: list[Any]) -> Move:
    end, *rest = parts
    extent = next((part for part in rest if isinstance(part, Extent)), None)
    by = next((part for part in rest if isinstance(part, Name | Call)), None)
    return Move(span, start, end, extent, by)


# ---- bodies


@RULES
def attribute(place: Place, span: Span, parts: list[Any]) -> Attribute:
    """`name = value`."""
    word, value = parts
    doc = place.doc(span)
    return Attribute(span, str(word), value, place.word(word), doc)


@RULES
def when(place: Place, span: Span, parts: list[Any]) -> When:
    """`when loss < 1.98 { ... }`."""
    test, body = parts
    return When(span, test, body, place.doc(span, body))


@RULES
def body(place: Place, span: Span, parts: list[Any]) -> Body:
    """`{ ... }`."""
    return Body(span, tuple(parts))
