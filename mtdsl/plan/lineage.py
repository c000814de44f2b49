"""What weights have seen of each source, counted along the flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from mtdsl.plan.model import Merge, Parent, Phase, Plan, Source
from mtdsl.plan.steps import steps_of, tokens_of

Taken = Mapping[str, float]
"""Tokens by source."""

Own = Callable[[Phase, int | None], Taken]
"""What a phase itself takes of each source up to a point inside, in tokens of its own; None: up to its end."""


def seen(plan: Plan, own: Own) -> dict[str, dict[str, float]]:
    """Tokens of each source that the weights have seen by the end of each node."""
    phases: dict[str, Phase] = {phase.name: phase for phase in plan.phases}
    nodes: dict[str, Phase | Merge] = {**phases, **{merge.name: merge for merge in plan.merges}}
    begun: dict[str, dict[str, float]] = {}
    found: dict[str, dict[str, float]] = {}

    def at(parent: Parent) -> Taken:
        if parent.at is None:
            return found.get(parent.node, {})
        return _sum(begun[parent.node], own(phases[parent.node], parent.at))

    for name in plan.order:
        begun[name] = _most([at(parent) for parent in furthest(nodes[name].parents)])
        found[name] = _sum(begun[name], own(phases[name], None)) if name in phases else begun[name]
    return found


def furthest(parents: Sequence[Parent]) -> Iterable[Parent]:
    """Of each node that goes in, the last point: what a phase has taken by an earlier one, it has by that."""
    last: dict[str, Parent] = {}
    for parent in parents:
        before = last.setdefault(parent.node, parent)
        if before.at is not None and (parent.at is None or parent.at > before.at):
            last[parent.node] = parent
    return last.values()


def asked_of(phase: Phase, at: int | None) -> int:
    """How many tokens of a phase are sure to have been asked for, or of its first `at`: a last step is whole, and adds to them.

    What is written of epochs and of a point inside is not in the plan: all that is known is that it came into the last step.
    """
    tokens = phase.tokens if at is None else at
    if phase.batch is None:
        return tokens
    amount = int(phase.asked.amount)
    units = {"tokens": amount, "sequences": amount * phase.batch.length, "steps": tokens_of(phase.batch, amount)}
    wanted = units.get(phase.asked.unit, tokens) + phase.extended
    inside = at is not None or phase.asked.unit == "epochs" or wanted > tokens
    return tokens_of(phase.batch, max(0, steps_of(phase.batch, tokens) - 1)) if inside else wanted


def wholes(plan: Plan) -> dict[str, Source]:
    """The plan's sources by name, and each whole that only parts are drawn from: as the part says, with the whole's size."""
    found = {source.name: source for source in plan.sources}
    for part in plan.sources:
        if part.of not in found and part.whole is not None:
            found[part.of] = replace(part, name=part.of, of="", where=None, tokens=part.whole, whole=None)
    return found


def parts(plan: Plan) -> dict[str, str]:
    """By source that is a part of another: what it is a part of."""
    return {source.name: source.of for source in plan.sources if source.of}


def with_wholes(of: Mapping[str, str], taken: Taken) -> dict[str, float]:
    """What is taken, where a whole also counts what its parts take: a document may be in several parts.

    `of` is as `parts` gives it. More of the parts than a multiple of the whole is sure to read some documents more often than
    that.
    """
    return _sum(taken, *({of[name]: tokens} for name, tokens in taken.items() if name in of))


def _sum(first: Taken, *others: Taken) -> dict[str, float]:
    total = dict(first)
    for one in others:
        for source, tokens in one.items():
            total[source] = total.get(source, 0.0) + tokens
    return total


def _most(taken: list[Taken]) -> dict[str, float]:
    """Of several parents, the most that any of them has seen of each source."""
    most = dict(taken[0]) if taken else {}
    for one in taken[1:]:
        for source, tokens in one.items():
            most[source] = max(most.get(source, 0.0), tokens)
    return most
