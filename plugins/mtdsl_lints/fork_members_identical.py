"""A fork whose branches are one run twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

COMPARED = 8
"""Branches that look alike at first sight and are compared in full: enough to find two that are one."""


def fork_members_identical(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """Two phases leave one parent with the same seed, mixture, rate and budget, or both begin with it: they are the same run.

    The variable of a `for` that no attribute uses makes names and nothing else, and so does `phase b like a { }`: a soup of
    such phases is the mean of equal weights. Mostly `seed = order` was forgotten.
    """
    leaving: dict[Hashable, list[Phase]] = {}
    for phase in plan.phases:
        if phase.steps:
            leaving.setdefault(tuple((at.node, at.at) for at in phase.parents), []).append(phase)
    for branches in leaving.values():
        if len(branches) > 1:
            yield from (_said(twin, phase) for twin, phase in _twins(branches))


def _twins(branches: list[Phase]) -> Iterator[tuple[Phase, Phase]]:
    """Those that are the same run as one before."""
    alike: dict[Hashable, list[Phase]] = {}
    for phase in branches:
        before = alike.setdefault(_sight(phase), [])
        twin = next((other for other in before if _bare(other) == _bare(phase)), None)
        if twin is not None:
            yield twin, phase
        elif len(before) < COMPARED:
            before.append(phase)


def _said(twin: Phase, phase: Phase) -> Remark:
    message = f"`{twin.name}` and `{phase.name}` train the same thing: "
    if twin.family == phase.family:
        hint = "let an attribute use the variable of `for`, say `seed = ...` with `data = fresh` on the transition"
        return Remark(f"{message}no attribute of `{phase.family}` differs between them", (Place(phase.name),), help=hint)
    edge = f", with transition {phase.parents[0].node} -> {phase.name} {{ data = fresh }}" if phase.parents else ""
    hint = f"leave one out, or let it differ, say `seed = {phase.seed + 1}` in `{phase.name}`{edge}"
    return Remark(f"{message}nothing differs between them", (Place(phase.name), Place(twin.name)), help=hint)


def _sight(phase: Phase) -> Hashable:
    """What is quick to compare."""
    shares = tuple(
        (name, share) for piece in (phase.mix.pieces if phase.mix else ()) for name, share in piece.stop.shares.items()
    )
    return phase.tokens, phase.steps, phase.seed, phase.context.end, tuple(levels(phase)), shares


def _bare(phase: Phase) -> Phase:
    """A phase without what does not train."""
    return replace(phase, name="", family="", doc="", transition=replace(phase.transition, written=()))
