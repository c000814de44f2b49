"""What weights have seen of each source, counted along the flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mtdsl.plan.model import Merge, Phase, Plan, Source

Taken = Mapping[str, Mapping[str, float]]
"""Tokens of each source, by node and source."""


def seen(plan: Plan, own: Taken) -> dict[str, dict[str, float]]:
    """Tokens of each source that the weights have seen by the end of each node; `own` is what each phase itself takes."""
    phases: dict[str, Phase] = {phase.name: phase for phase in plan.phases}
    nodes: dict[str, Phase | Merge] = {**phases, **{merge.name: merge for merge in plan.merges}}
    found: dict[str, dict[str, float]] = {}
    for name in plan.order:
        found[name] = total = dict(own.get(name, {}))
        for source, tokens in _before(nodes[name], found, own, phases).items():
            total[source] = total.get(source, 0.0) + tokens
    return found


def wholes(plan: Plan) -> dict[str, Source]:
    """The plan's sources by name, and each whole that only parts are drawn from: as the part says, with the whole's size."""
    found = {source.name: source for source in plan.sources}
    for part in plan.sources:
        if part.of not in found and part.whole is not None:
            found[part.of] = replace(part, name=part.of, of="", where=None, tokens=part.whole, whole=None)
    return found


def with_wholes(plan: Plan, own: Taken) -> dict[str, dict[str, float]]:
    """What each phase takes, where a whole also counts what its parts take: a document may be in several parts.

    More of the parts than a multiple of the whole is sure to read some documents more often than that.
    """
    of = {source.name: source.of for source in plan.sources if source.of}
    found: dict[str, dict[str, float]] = {}
    for phase, taken in own.items():
        found[phase] = total = dict(taken)
        for name, tokens in taken.items():
            if name in of:
                total[of[name]] = total.get(of[name], 0.0) + tokens
    return found


def _before(node: Phase | Merge, found: Taken, own: Taken, phases: Mapping[str, Phase]) -> dict[str, float]:
    """What the weights have seen where a node begins: of several parents the most, of a phase left inside, its part."""
    total: dict[str, float] = {}
    for parent in node.parents:
        left = 0.0 if parent.at is None else 1.0 - parent.at / phases[parent.node].tokens
        behind = own.get(parent.node, {})
        for source, tokens in found.get(parent.node, {}).items():
            total[source] = max(total.get(source, 0.0), tokens - left * behind.get(source, 0.0))
    return total
