"""The mixture track: a stacked area, one colour a source, and its legend."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from mtdsl.view import numbers, phrases
from mtdsl.view.columns import Point
from mtdsl.view.svg.element import add, points
from mtdsl.view.svg.frame import Frame, Slot, fit
from mtdsl.view.svg.style import GLYPH, GUTTER, colour

HEIGHT = 112.0
TEXT = 14.0


def draw(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw it; the height it took."""
    if not frame.sources:
        return 0
    add(root, "text", "mixture", x=8, y=top + 10, class_="quiet")
    for value, y in (("100%", top + 10), ("0%", top + HEIGHT)):
        add(root, "text", value, x=GUTTER - 8, y=y, text_anchor="end", class_="quiet")
    for slot in frame.slots:
        if slot.column.points and all(point.shares is not None and not point.chosen for point in slot.column.points):
            _stack(root, slot, frame.sources, top)
        elif slot.column.points:
            _unknown(root, slot, top)
    return HEIGHT + 16


def _stack(root: ET.Element, slot: Slot, sources: Sequence[str], top: float) -> None:
    """The first source lies at the bottom."""
    floor = [0.0] * len(slot.column.points)
    for index, source in enumerate(sources):
        ceiling = [low + _share(point, source) for low, point in zip(floor, slot.column.points, strict=True)]
        if ceiling != floor:
            said = (f"{source} in {slot.column.name}: {phrases.share(slot.column, source)}", phrases.turns(slot.column))
            group = add(root, "g", tip="; ".join(filter(None, said)))
            outline = [*_edge(slot, ceiling, top), *reversed(_edge(slot, floor, top))]
            add(group, "polygon", points=points(outline), fill=colour(index))
            _labels(group, slot, source, floor, ceiling, top)
        floor = ceiling


def _edge(slot: Slot, heights: Sequence[float], top: float) -> list[tuple[float, float]]:
    return [(slot.x(point.tokens), _y(height, top)) for point, height in zip(slot.column.points, heights, strict=True)]


def _labels(group: ET.Element, slot: Slot, source: str, floor: Sequence[float], ceiling: Sequence[float], top: float) -> None:
    """The share at the left end and, where it is another, at the right end, as far as there is room."""
    moving = (floor[0], ceiling[0]) != (floor[-1], ceiling[-1])
    ends = ((0, slot.left + 5, "start"), (-1, slot.right - 5, "end")) if moving else ((0, slot.middle, "middle"),)
    for index, x, anchor in ends:
        thick = ceiling[index] - floor[index]
        label = fit(numbers.share(thick), slot.width / len(ends) - 8)
        if thick * HEIGHT >= TEXT and label:
            y = _y((ceiling[index] + floor[index]) / 2, top) + 4
            add(group, "text", label, x=x, y=y, text_anchor=anchor, class_="on")


def _unknown(root: ET.Element, slot: Slot, top: float) -> None:
    sized = "these shares follow from the sizes of the sources, which are not known before they are read"
    tip = phrases.chosen(slot.column) or sized
    group = add(root, "g", tip=tip)
    add(group, "rect", x=slot.left + 1, y=top, width=slot.width - 2, height=HEIGHT, class_="unknown")
    said = fit(phrases.rules(slot.column), slot.width - 8)
    add(group, "text", said, x=slot.middle, y=top + HEIGHT / 2 + 4, text_anchor="middle", class_="quiet")


def _share(point: Point, source: str) -> float:
    return (point.shares or {}).get(source, 0.0)


def _y(height: float, top: float) -> float:
    return top + HEIGHT * (1 - height)


def legend(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw the sources' names beside their colours; the height it took."""
    x, y = GUTTER, top
    for index, source in enumerate(frame.sources):
        wide = len(source) * GLYPH + 30
        if x > GUTTER and x + wide > frame.right:
            x, y = GUTTER, y + 18
        add(root, "rect", x=x, y=y, width=11, height=11, rx=2, fill=colour(index))
        add(root, "text", source, x=x + 16, y=y + 10)
        x += wide
    return y - top + (24 if frame.sources else 4)
