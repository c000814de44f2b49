"""The learning-rate track."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from mtdsl.view import numbers, phrases
from mtdsl.view.svg.element import add, points
from mtdsl.view.svg.frame import Frame, Slot, fit
from mtdsl.view.svg.style import GUTTER

HEIGHT = 76.0
LABEL = 14.0


def draw(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw it; the height it took."""
    most = max((point.lr or 0 for slot in frame.slots for point in slot.column.points), default=0)
    if not most:
        return 0
    base = top + LABEL + HEIGHT
    add(root, "text", "learning rate", x=8, y=top + 10, class_="quiet")
    for value, y in ((numbers.rate(most), base - HEIGHT + 8), ("0", base)):
        add(root, "text", value, x=GUTTER - 8, y=y, text_anchor="end", class_="quiet")
    add(root, "line", x1=GUTTER, y1=base, x2=frame.right, y2=base, class_="line")
    for slot in frame.slots:
        if slot.column.points:
            _curve(root, slot, base, most)
    return LABEL + HEIGHT + 16


def _curve(root: ET.Element, slot: Slot, base: float, most: float) -> None:
    said = phrases.rate(slot.column)
    group = add(root, "g", tip=f"learning rate in {slot.column.name}: {said}")
    line = [(slot.x(point.tokens), base - HEIGHT * (point.lr or 0) / most) for point in slot.column.points]
    add(group, "polygon", points=points([(slot.left, base), *line, (slot.right, base)]), class_="under")
    add(group, "polyline", points=points(line), class_="curve")
    add(group, "text", fit(said, slot.width), x=slot.middle, y=base - HEIGHT - 5, text_anchor="middle")
