"""The top of the picture: a box a node, and an arc for each edge that does not lead to the next column."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from mtdsl.plan.model import Phase
from mtdsl.view import amounts, phrases
from mtdsl.view.svg.element import add
from mtdsl.view.svg.frame import Frame, Slot, budget, fit

HEIGHT = 40.0


def draw(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw it; the height it took."""
    arcs = list(_arcs(frame))
    over = min(60.0, 14 + 9 * max((child - parent for parent, child, _ in arcs), default=-1))
    for parent, child, x in arcs:
        _arc(root, x, frame.slots[child].left + 7, top + over, min(over - 2, 10 + 8 * (child - parent)))
    for slot in frame.slots:
        _box(root, slot, _tip(slot, frame), top + over)
    return over + HEIGHT + 14


def _arcs(frame: Frame) -> Iterator[tuple[int, int, float]]:
    """Parent's and child's column, and where the arc begins."""
    order = {slot.column.name: index for index, slot in enumerate(frame.slots)}
    for child, slot in enumerate(frame.slots):
        for parent in slot.column.parents:
            source = frame.slots[order[parent.node]]
            if not (order[parent.node] == child - 1 and parent.at is None):
                yield order[parent.node], child, source.right - 7 if parent.at is None else source.x(parent.at)


def _arc(root: ET.Element, start: float, end: float, base: float, rise: float) -> None:
    path = f"M{start:.1f},{base:.1f} C{start:.1f},{base - rise:.1f} {end:.1f},{base - rise:.1f} {end:.1f},{base - 5:.1f}"
    add(root, "path", d=path, class_="flow")
    add(root, "path", d=f"M{end - 3.5:.1f},{base - 6:.1f} h7 l-3.5,6 z", class_="tip")


def _box(root: ET.Element, slot: Slot, tip: str, top: float) -> None:
    group = add(root, "g", tip=tip)
    phase = isinstance(slot.column.node, Phase)
    add(
        group,
        "rect",
        x=slot.left + 1,
        y=top,
        width=slot.width - 2,
        height=HEIGHT,
        rx=4 if phase else 18,
        class_="box" if phase else "merge",
    )
    add(group, "text", fit(slot.column.name, slot.width - 6), x=slot.middle, y=top + 17, text_anchor="middle", class_="name")
    add(
        group, "text", fit(budget(slot.column), slot.width - 4), x=slot.middle, y=top + 32, text_anchor="middle", class_="quiet"
    )


def _tip(slot: Slot, frame: Frame) -> str:
    node = slot.column.node
    if not isinstance(node, Phase):
        return f"{node.name}: {phrases.kind(node)}"
    origin = ", ".join(phrases.parent(parent) for parent in node.parents) or "nothing"
    size = f"{amounts.counted(node, 'tokens')} tokens, {amounts.counted(node, 'steps')} steps, seed {node.seed}"
    seen = frame.seen[node.name]
    known = f"the weights have then seen {amounts.known(seen)}" if seen.value is not None else f"{seen.reason}"
    return f"{node.name}, from {origin}: {size}; {known}"
