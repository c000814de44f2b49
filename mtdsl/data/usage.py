"""How much of each source a plan takes, counted along every lineage."""

from __future__ import annotations

from functools import cache

from mtdsl.data.integral import UNIT
from mtdsl.data.shares import integral, windows
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.learning import learnt
from mtdsl.plan.lineage import asked_of
from mtdsl.plan.model import Parent, Phase, Plan
from mtdsl.plan.sizes import Sizes
from mtdsl.plan.turns import turning
from mtdsl.registry import Registry

Taken = dict[str, int]
"""Tokens by source, padding included."""


def taken(plan: Plan, sizes: Sizes, registry: Registry, *, asked: bool = False) -> dict[str, Taken]:
    """Tokens of each source that the weights have seen by the end of each node; `sizes` those of what is trained on.

    After a merge it is the most that any parent saw. A start made elsewhere has seen nothing that is known here; what a phase
    takes of a source whose share is chosen while it runs is not known before, and not counted. `asked`: without what a last
    step, which is whole, adds to what was asked for.
    """
    phases = {phase.name: phase for phase in plan.phases}
    parents = {phase.name: phase.parents for phase in plan.phases} | {merge.name: merge.parents for merge in plan.merges}

    @cache
    def by(parent: Parent) -> Taken:
        before: Taken = {}
        for earlier in parents.get(parent.node, ()):
            before = {name: max(before.get(name, 0), tokens) for name, tokens in {**before, **by(earlier)}.items()}
        if parent.node not in phases:
            return before
        phase = phases[parent.node]
        own = of_phase(phase, sizes, registry, asked_of(phase, parent.at) if asked else parent.at)
        return {name: before.get(name, 0) + own.get(name, 0) for name in {**before, **own}}

    return {node: by(Parent(node)) for node in plan.order}


def of_phase(phase: Phase, sizes: Sizes, registry: Registry, at: int | None = None) -> Taken:
    """Tokens by source that a phase takes, or its first `at` tokens; without those whose share is chosen while it runs."""
    if turning(phase.mix) or phase.feeding:
        return {name: round(found) for name, found in phase_intake(phase, sizes, registry, at).items() if found is not None}
    shares, fed = integral(phase, sizes, registry), windows(phase, at)
    length = phase.batch.length if phase.batch else 0
    unknown = learnt(phase.mix, registry)
    return {name: shares.at(at, fed) * length // UNIT for at, name in enumerate(shares.names) if name not in unknown}
