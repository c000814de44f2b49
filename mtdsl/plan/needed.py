"""A phase runs only as far as something needs it."""

from __future__ import annotations

from dataclasses import replace

from mtdsl.plan.model import Merge, Phase
from mtdsl.plan.steps import step_at


def only_needed(phases: tuple[Phase, ...], merges: tuple[Merge, ...], ends: set[str]) -> tuple[Phase, ...]:
    """The phases, each cut at the last point that a child, a merge or the flow asks for."""
    return tuple(_cut(phase, phases, merges) if phase.name not in ends else phase for phase in phases)


def _cut(phase: Phase, phases: tuple[Phase, ...], merges: tuple[Merge, ...]) -> Phase:
    nodes: tuple[Phase | Merge, ...] = (*phases, *merges)
    points = [parent.at for node in nodes for parent in node.parents if parent.node == phase.name]
    if not points or None in points:
        return phase
    furthest = max(point for point in points if point is not None)
    less = phase.tokens - furthest
    return replace(phase, tokens=furthest, steps=step_at(phase, furthest), seen=phase.seen - less, spent=phase.spent - less)
