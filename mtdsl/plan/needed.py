"""A phase runs only as far as something needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mtdsl.plan.model import Batch, Merge, Phase, Run
from mtdsl.plan.steps import step_at


def only_needed(phases: tuple[Phase, ...], merges: tuple[Merge, ...], ends: set[str]) -> tuple[Phase, ...]:
    """The phases, each cut at the last point that a child, a merge or the flow asks for."""
    return tuple(_cut(phase, phases, merges) if phase.name not in ends else phase for phase in phases)


def _cut(phase: Phase, phases: tuple[Phase, ...], merges: tuple[Merge, ...]) -> Phase:
    nodes: tuple[Phase | Merge, ...] = (*phases, *merges)
    points = [parent.at for node in nodes for parent in node.parents if parent.node == phase.name]
    control = any(merge.against == phase.name for merge in merges)
    if not points or None in points or control:
        return phase
    furthest = max(point for point in points if point is not None)
    less, steps = phase.tokens - furthest, step_at(phase, furthest)
    batch = phase.batch and Batch(phase.batch.length, tuple(_first(phase.batch.runs, steps)))
    return replace(phase, tokens=furthest, steps=steps, batch=batch, seen=phase.seen - less, spent=phase.spent - less)


def _first(runs: tuple[Run, ...], steps: int) -> Iterator[Run]:
    for run in runs:
        if steps > 0:
            yield Run(min(run.steps, steps), run.sequences)
        steps -= run.steps
