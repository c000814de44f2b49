"""The tracks below the mixture: window, batch, and the tokens that the weights have seen."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from math import log2

from mtdsl.plan.model import Phase
from mtdsl.view import amounts, phrases
from mtdsl.view.svg.element import add, points
from mtdsl.view.svg.frame import Frame, Slot, fit
from mtdsl.view.svg.style import GUTTER

HEIGHT = 24.0
LABEL = 14.0


def window(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw the windows, their heights by powers of two; the height it took."""
    trained = [(slot, slot.column.node) for slot in frame.slots if isinstance(slot.column.node, Phase)]
    steps = [log2(phase.context.end) for _, phase in trained]
    low, high = min(steps, default=0) - 1, max(steps, default=1)
    _name(root, "window", top)
    for (slot, phase), step in zip(trained, steps, strict=True):
        by = f" by {phrases.plugin(phase.context.extender)}" if phase.context.extender else ""
        group = add(root, "g", tip=f"window in {phase.name}: {phrases.window(phase)}{by}")
        _bar(group, slot.left, slot.right, top, (step - low) / (high - low))
        _label(group, slot, (f"{phrases.window(phase)}{_short(phase)}", phrases.window(phase)), top)
    return LABEL + HEIGHT + 12


def batch(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw the tokens a step; the height it took."""
    fed = [
        (slot, phase, phase.batch)
        for slot in frame.slots
        if isinstance(phase := slot.column.node, Phase) and phase.batch and phase.steps
    ]
    most = max((run.sequences * size.length for _, _, size in fed for run in size.runs), default=1)
    _name(root, "batch", top)
    for slot, phase, size in fed:
        group = add(root, "g", tip=f"batch in {phase.name}: {phrases.batch(phase)} = {phrases.step_size(phase)} tokens a step")
        _area(group, slot, size.length, top, most)
        _label(group, slot, (f"{phrases.batch(phase)} = {phrases.step_size(phase)}", phrases.batch(phase)), top)
    return LABEL + HEIGHT + 12


def tokens(root: ET.Element, frame: Frame, top: float) -> float:
    """Draw how many tokens the weights have seen at the end of each phase, as far as that is known; the height it took."""
    _name(root, "tokens seen", top)
    add(root, "line", x1=GUTTER, y1=top, x2=frame.right, y2=top, class_="line")
    for slot in frame.slots:
        if isinstance(slot.column.node, Phase):
            seen = amounts.known(frame.seen[slot.column.name])
            add(root, "line", x1=slot.right, y1=top - 3, x2=slot.right, y2=top + 3, class_="line")
            add(root, "text", fit(seen, slot.width), x=slot.right, y=top + 14, text_anchor="end", class_="quiet")
    return 30


def _name(root: ET.Element, name: str, top: float) -> None:
    add(root, "text", name, x=8, y=top + 10, class_="quiet")


def _short(phase: Phase) -> str:
    return f" by {phase.context.extender.name}" if phase.context.extender else ""


def _area(group: ET.Element, slot: Slot, length: int, top: float, most: int) -> None:
    """Tokens a step along the phase, as an area."""
    base = top + LABEL + HEIGHT
    line = [(slot.x(point.tokens), base - HEIGHT * point.batch * length / most) for point in slot.column.points]
    add(group, "polygon", points=points([(slot.left, base), *line, (slot.right, base)]), class_="bar")


def _bar(group: ET.Element, left: float, right: float, top: float, height: float) -> None:
    tall = HEIGHT * height
    add(group, "rect", x=left, y=top + LABEL + HEIGHT - tall, width=right - left, height=tall, class_="bar")


def _label(group: ET.Element, slot: Slot, texts: Sequence[str], top: float) -> None:
    """The first of the texts that fits."""
    text = next((text for text in texts if fit(text, slot.width) == text), texts[-1])
    add(group, "text", fit(text, slot.width), x=slot.middle, y=top + 10, text_anchor="middle")
