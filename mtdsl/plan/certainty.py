"""How sure the counts of a plan are: as sure as the least sure of what they follow from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mtdsl.plan.curves import sources_of
from mtdsl.plan.model import Certainty, Known, Merge, Parent, Phase, Plan, Start

ORDER: tuple[Certainty, ...] = ("exact", "measured", "declared", "bounded", "unknown")


def weakest(found: Iterable[Certainty]) -> Certainty:
    """The least sure of them; `exact` of none."""
    return max(found, key=ORDER.index, default="exact")


def certain(plan: Plan) -> Plan:
    """The plan with every phase's certainty: epochs are as sure as the sizes of their sources, here and before."""
    sizes = {source.name: source.tokens.certainty for source in plan.sources}
    found: dict[str, Certainty] = {}
    phases = {phase.name: phase for phase in plan.phases}
    merges = {merge.name: merge for merge in plan.merges}
    nodes: dict[str, Phase | Merge] = {**phases, **merges}
    every = {**{start.name: start for start in plan.starts}, **nodes}
    for name in plan.order:
        node = nodes[name]
        before = [found[parent.node] for parent in node.parents if parent.node in found]
        own = [node.certainty, *_sizes(node, sizes)] if isinstance(node, Phase) else [_of_merge(node, every)]
        found[name] = weakest([*before, *own])
    return replace(plan, phases=tuple(replace(phase, certainty=found[phase.name]) for phase in plan.phases))


def seen(plan: Plan) -> Mapping[str, Known]:
    """What the weights of every phase and merge had seen at its end, and how sure that is.

    Unknown after a start of which nobody says what it was trained on: the plan then counts from there.
    """
    starts = {start.name: start.tokens for start in plan.starts}
    known: dict[str, Certainty] = {name: "unknown" if tokens is None else "declared" for name, tokens in starts.items()}
    nodes: dict[str, Phase | Merge] = {phase.name: phase for phase in plan.phases}
    nodes |= {merge.name: merge for merge in plan.merges}
    every = {**{start.name: start for start in plan.starts}, **nodes}
    found: dict[str, Known] = {}
    for name in plan.order:
        node = nodes[name]
        own = node.certainty if isinstance(node, Phase) else _of_merge(node, every)
        known[name] = weakest([own, *(known[parent.node] for parent in node.parents)])
        unknown = known[name] == "unknown"
        reason = "a start before it does not say what it had seen" if unknown else ""
        found[name] = Known(None if unknown else node.seen, known[name], reason)
    return found


def capped(phase: Phase) -> bool:
    """Whether a phase's own steps are a cap: it may stop early, or is trained on only where a gate behind it fails.

    So are epochs of sources of which filters leave an unknown part.
    """
    filtered = phase.asked.unit == "epochs" and phase.certainty == "bounded"
    return phase.stop is not None or phase.extended > 0 or filtered


def hangs(phase: Phase) -> tuple[str, ...]:
    """The counts of a phase that hang on where an event happens: with another batch so many tokens are other steps."""
    if not any(event.measured and "batch" in event.sets for event in phase.events):
        return ()
    return ("tokens", "seen", "spent") if phase.asked.unit == "steps" else ("steps",)


def chosen(merge: Merge, nodes: Mapping[str, Phase | Merge | Start]) -> bool:
    """Whether its weights are chosen by what is measured among models that have not all seen as many tokens.

    What the plan says it has seen is then the most that any of them has. `nodes` holds what the merge comes from.
    """
    return not merge.weights and len({_seen_at(parent, nodes[parent.node]) for parent in merge.parents}) > 1


def _of_merge(merge: Merge, nodes: Mapping[str, Phase | Merge | Start]) -> Certainty:
    return "bounded" if chosen(merge, nodes) else "exact"


def _seen_at(parent: Parent, node: Phase | Merge | Start) -> int:
    if isinstance(node, Start):
        return node.tokens or 0
    return node.origin + parent.at if isinstance(node, Phase) and parent.at is not None else node.seen


def facts_of(start: Start) -> Mapping[str, Certainty]:
    """How sure each fact of a checkpoint made elsewhere is: declared, unless its configuration or its trainer says so too."""
    facts = {"tokens": start.tokens, "context": start.context, "lr": start.lr}
    found: dict[str, Certainty] = {name: "unknown" if fact is None else "declared" for name, fact in facts.items()}
    if "window" in start.facts and start.facts["window"].value == start.context:
        found["context"] = "measured"
    if "lr" in start.facts:
        found["lr"] = start.facts["lr"].certainty
    return found


def _sizes(phase: Phase, sizes: Mapping[str, Certainty]) -> list[Certainty]:
    if phase.asked.unit != "epochs" or phase.mix is None:
        return []
    return [sizes[name] for name in sources_of(phase.mix)]
