"""Elements of an SVG, with lengths to a tenth of a pixel."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable


def add(parent: ET.Element, tag: str, text: str | None = None, *, tip: str = "", **attributes: str | float) -> ET.Element:
    """A new child: `class_` is `class`, `text_anchor` is `text-anchor`; `tip` is what hovering shows."""
    named = {name.rstrip("_").replace("_", "-"): _spelled(value) for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, named)
    element.text = text
    if tip:
        ET.SubElement(element, "title").text = tip
    return element


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """The `points` of a polygon or polyline."""
    return " ".join(f"{_spelled(x)},{_spelled(y)}" for x, y in pairs)


def _spelled(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 1):g}"
