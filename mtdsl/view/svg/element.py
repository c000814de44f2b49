"""Elements of an SVG, with lengths to a tenth of a pixel."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add(parent: ET.Element, tag: str, text: str | None = None, *, tip: str = "", **attributes: str | float) -> ET.Element:
    """A new child: `class_` is `class`, `text_anchor` is `text-anchor`; `tip` is what hovering shows."""
    named = {name.rstrip("_").replace("_", "-"): _spelled(value) for name, value in attributes.items()}
    element = ET.SubElement(parent, tag, named)
    element.text = text and _allowed(text)
    if tip:
        ET.SubElement(element, "title").text = _allowed(tip)
    return element


def points(pairs: Iterable[tuple[float, float]]) -> str:
    """The `points` of a polygon or polyline."""
    return " ".join(f"{_spelled(x)},{_spelled(y)}" for x, y in pairs)


def _spelled(value: str | float) -> str:
    return _allowed(value) if isinstance(value, str) else f"{round(value, 1):g}"


def _allowed(text: str) -> str:
    """Text with a sign for each character that XML 1.0 (section 2.2) forbids: a reader would refuse the whole picture."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
