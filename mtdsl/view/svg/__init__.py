"""A plan as one self-contained SVG: tracks on a shared token axis, light or dark as the reader's system is, no scripts."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from mtdsl.plan.certainty import seen
from mtdsl.plan.model import Plan
from mtdsl.registry import Registry
from mtdsl.view import amounts
from mtdsl.view import columns as column
from mtdsl.view.svg import bars, header, mixture, rate
from mtdsl.view.svg.element import add
from mtdsl.view.svg.frame import Frame, fit
from mtdsl.view.svg.style import CSS, GAP

POINTS = 80
TRACKS = (header.draw, rate.draw, mixture.draw, bars.window, bars.batch, bars.tokens, mixture.legend)


def render(plan: Plan, registry: Registry) -> str:
    """The picture, as the text of an `.svg` file."""
    frame = Frame.of(column.of(plan, registry, POINTS), seen(plan))
    root = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    add(root, "title", _title(plan))
    add(root, "style", CSS)
    page = add(root, "rect", class_="page", width=frame.right + GAP, rx=8)
    add(root, "text", _title(plan), class_="recipe", x=GAP, y=26)
    add(root, "text", " · ".join(amounts.totals(plan)), class_="quiet", x=frame.right, y=26, text_anchor="end")
    top = 40.0
    for track in TRACKS:
        top += track(root, frame, top)
    for element, height in ((root, top), (page, top)):
        element.set("height", f"{height:g}")
    root.set("width", f"{frame.right + GAP:g}")
    root.set("viewBox", f"0 0 {frame.right + GAP:g} {top:g}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def _title(plan: Plan) -> str:
    return fit(f"{plan.recipe}: {plan.title}" if plan.title else plan.recipe, 640)
