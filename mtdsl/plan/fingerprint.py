"""What a plan would train, as one hash: equal for two recipes that say the same thing in other words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from mtdsl.plan.codec import encode
from mtdsl.plan.curves import sources_of
from mtdsl.plan.measured import deciding, metrics_of
from mtdsl.plan.model import Evaluation, Plan, Source

DESCRIPTIVE = ("title", "recipe", "params", "checks", "totals", "leaves", "notes", "order")


def fingerprint(plan: Plan) -> str:
    """SHA-256 (hex) of what changes training.

    Not of titles, docs, checks, costs, sizes, order in the file, or evaluations that decide nothing and what only they read.
    """
    body: dict[str, Any] = {name: value for name, value in encode(plan).items() if name not in DESCRIPTIVE}
    body["phases"] = _sorted(_trained(phase) for phase in body["phases"])
    body["merges"] = _sorted(_trained(merge) for merge in body["merges"])
    body["starts"] = _sorted(_without(start, "facts") for start in body["starts"])
    body |= _read(plan) | _measuring(plan)
    body |= {name: body[name] and _without(body[name], "facts") for name in ("model", "tokenizer")}
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _read(plan: Plan) -> dict[str, Any]:
    """The sources that are trained on, or that something which decides is measured on, and the pins without the others'."""
    sources = _needed(plan)
    unread = {f"data {source.of or source.name}" for source in plan.sources} - {f"data {at.of or at.name}" for at in sources}
    kept = [_without(encode(source), "tokens", "documents", "longest", "whole") for source in sources]
    return {"sources": _sorted(kept), "pins": encode({name: pin for name, pin in plan.pins.items() if name not in unread})}


def _needed(plan: Plan) -> tuple[Source, ...]:
    read = {name for phase in plan.phases if phase.mix for name in sources_of(phase.mix)}
    read |= {name for evaluation in deciding(plan) for name in _measured(evaluation)}
    return tuple(source for source in plan.sources if source.name in read)


def _measured(evaluation: Evaluation) -> Iterator[str]:
    """Every name among an evaluator's parameters: those of its sources are there."""
    yield from metrics_of(evaluation.evaluator)
    for param in evaluation.evaluator.params.values():
        yield from (item for item in (param if isinstance(param, tuple) else ()) if isinstance(item, str))


def _measuring(plan: Plan) -> dict[str, Any]:
    """The evaluations that decide something, and the plugins in use without the evaluators and readers of others."""
    evals = deciding(plan)
    readers = {source.source.name for source in _needed(plan) if source.source}
    kept = {"evaluator": {evaluation.evaluator.name for evaluation in evals}, "source": readers}
    used = [used for used in plan.plugins if used.kind not in kept or used.name in kept[used.kind]]
    return {"evals": encode(evals), "plugins": encode(used)}


def _sorted(nodes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """By name: who stands first in the file trains nothing else."""
    return sorted(nodes, key=lambda node: str(node["name"]))


def _trained(node: dict[str, Any]) -> dict[str, Any]:
    node = _without(node, "doc", "asked", "spent", "certainty")
    if "transition" in node:
        node["transition"] = _without(node["transition"], "written")
        node |= {name: _moved(node[name]) for name in ("lr", "mix") if node[name]}
        node["scalars"] = {name: _moved(curve) for name, curve in node["scalars"].items()}
    return node


def _moved(curve: dict[str, Any]) -> dict[str, Any]:
    """Where a value stands still, it does not matter until when."""
    return {**curve, "pieces": [piece if piece["by"] else _without(piece, "end") for piece in curve["pieces"]]}


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}
