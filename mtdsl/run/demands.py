"""Which points of a plan somebody needs, and with how much of their state."""

from __future__ import annotations

from mtdsl.plan.model import Parent, Phase, Plan

Demands = dict[str, dict[int | None, bool]]
"""By node: the points in tokens of its own (None: its end), and whether the optimizer's state is needed there."""


def demands(plan: Plan) -> Demands:
    """The end of every node, and every point inside a phase that a child starts from.

    The optimizer's state is needed where a later phase goes on with it and some step follows; elsewhere weights are enough.
    """
    phases = {phase.name: phase for phase in plan.phases}
    merges = {merge.name: merge for merge in plan.merges}
    found: Demands = {name: {None: False} for name in (*(start.name for start in plan.starts), *plan.order)}
    for name in reversed(plan.order):
        for parent in phases[name].parents if name in phases else merges[name].parents:
            full = name in phases and _keeps(phases[name], found[name])
            other = phases[name].transition.optimizer_of if full else ""
            at = whole(parent, phases)
            found[parent.node][at] = found[parent.node].get(at, False) or (full and not other)
            if other:
                found[other][None] = True
    return found


def whole(parent: Parent, phases: dict[str, Phase]) -> int | None:
    """The point a child starts from; the end of a phase is None however it is written."""
    phase = phases.get(parent.node)
    return None if phase is None or parent.at == phase.tokens else parent.at


def _keeps(phase: Phase, points: dict[int | None, bool]) -> bool:
    return phase.transition.optimizer != "reset" and (phase.steps > 0 or any(points.values()))
