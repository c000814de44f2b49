"""The JSON that people and programs read: every field of the Plan, and beside the exact curves what they come to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from hashlib import sha256
from typing import Any

from mtdsl.plan.certainty import facts_of, seen
from mtdsl.plan.codec import decode, encode
from mtdsl.plan.curves import scalar_at, shares_at
from mtdsl.plan.endings import first_of, rate_at
from mtdsl.plan.intake import intake
from mtdsl.plan.learning import reason
from mtdsl.plan.measured import deciding
from mtdsl.plan.model import Batch, Blend, Curve, Known, Phase, Plan
from mtdsl.plan.sizes import Sizes, declared, unknown
from mtdsl.registry import Registry, installed

DESCRIPTIVE = ("title", "recipe", "params", "checks", "totals", "leaves", "notes")
SINCE = "since_start"


def to_json(plan: Plan, registry: Registry | None = None) -> dict[str, Any]:
    """A plan as JSON values, in the layout of `docs/plan.md`."""
    registry = registry or installed()
    sizes, taken = declared(plan), intake(plan, registry)
    body: dict[str, Any] = encode(plan)
    known = seen(plan)
    body["phases"] = [_counted(_phase(phase, sizes, registry), known[phase.name]) for phase in plan.phases]
    body["merges"] = [_counted(merge, known[merge["name"]]) for merge in body["merges"]]
    body["sources"] = [
        _source(item, source.epoch, taken[source.name]) for item, source in zip(body["sources"], plan.sources, strict=True)
    ]
    body["starts"] = [{**encode(start), "certainty": facts_of(start)} for start in plan.starts]
    flops = body["totals"].pop("flops")
    body["totals"] |= {"flops": flops["value"], "flops_certainty": flops["certainty"], "flops_reason": flops["reason"]}
    return {"recipe": body.pop("recipe"), "fingerprint": fingerprint(plan), **body}


def from_json(body: Mapping[str, Any]) -> Plan:
    """The plan that `to_json` wrote. Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
    sources = [{**item, "tokens": item["size"]} for item in body["sources"]]
    totals = dict(body["totals"])
    flops = {"value": totals["flops"], "certainty": totals["flops_certainty"], "reason": totals["flops_reason"]}
    nodes = {name: [{**node, **node.get(SINCE, {})} for node in body[name]] for name in ("phases", "merges")}
    plan: Plan = decode(Plan, {**body, **nodes, "sources": sources, "totals": {**totals, "flops": flops}})
    return plan


def fingerprint(plan: Plan) -> str:
    """SHA-256 (hex) of what changes training; not of titles, docs, checks, costs, sizes, or evaluations that decide nothing."""
    body: dict[str, Any] = {name: value for name, value in encode(plan).items() if name not in DESCRIPTIVE}
    body["phases"] = [_trained(phase) for phase in body["phases"]]
    body["merges"] = [_trained(merge) for merge in body["merges"]]
    body["sources"] = [_without(source, "tokens", "documents", "longest", "whole") for source in body["sources"]]
    body["starts"] = [_without(start, "facts") for start in body["starts"]]
    body |= _measuring(plan)
    body |= {name: body[name] and _without(body[name], "facts") for name in ("model", "tokenizer")}
    return sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _measuring(plan: Plan) -> dict[str, Any]:
    """The evaluations that decide something, and the plugins in use without the evaluators of others."""
    evals = deciding(plan)
    kept = {evaluation.evaluator.name for evaluation in evals}
    used = [used for used in plan.plugins if used.kind != "evaluator" or used.name in kept]
    return {"evals": encode(evals), "plugins": encode(used)}


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


def _phase(phase: Phase, sizes: Sizes, registry: Registry) -> dict[str, Any]:
    body: dict[str, Any] = encode(phase)
    if phase.batch is not None:
        body["batch"] |= _batch(phase.batch)
    if phase.lr is not None:
        body["lr"] |= {
            "start": float(first_of(phase.lr, registry)),
            "end": float(rate_at(phase, phase.tokens, registry) or 0),
        }
    if phase.mix is not None:
        body["mix"] |= _blends(phase.mix, phase.tokens, sizes, registry)
    body["scalars"] = {
        name: body["scalars"][name] | _ends(curve, phase.tokens, registry) for name, curve in phase.scalars.items()
    }
    body["warmup_steps"] = phase.lr.warmup.steps if phase.lr and phase.lr.warmup else 0
    return body


def _counted(body: dict[str, Any], known: Known) -> dict[str, Any]:
    """How sure `seen` is; where nobody knows it, what is counted from the start on stands apart."""
    body |= {"seen_certainty": known.certainty}
    if known.value is not None:
        return body
    counted = {name: body[name] for name in ("origin", "seen", "spent") if name in body}
    return {**body, **dict.fromkeys(counted), "seen_reason": known.reason, SINCE: counted}


def _batch(batch: Batch) -> dict[str, Any]:
    """The first step's size; `end` is the last step's."""
    first, last = batch.runs[0].sequences, batch.runs[-1].sequences
    ends = {"sequences": last, "tokens": last * batch.length}
    return {"sequences": first, "tokens": first * batch.length, "end": ends}


def _ends(curve: Curve[Fraction], tokens: int, registry: Registry) -> dict[str, float]:
    return {"start": float(first_of(curve, registry)), "end": scalar_at(curve, tokens, registry)}


def _blends(curve: Curve[Blend], tokens: int, sizes: Sizes, registry: Registry) -> dict[str, Any]:
    if unknown(curve, sizes, registry):
        return {"start": None, "end": None, "reason": "a rule needs sizes that are not declared; a run measures them"}
    start = shares_at(curve, 0, sizes, registry)
    if why := reason(curve, registry):
        return {"start": start, "end": None, "reason": why}
    return {"start": start, "end": shares_at(curve, tokens, sizes, registry)}


def _source(body: dict[str, Any], epoch: int | None, taken: float | None) -> dict[str, Any]:
    epochs = None if taken is None or epoch is None else taken / epoch
    return {**body, "size": body["tokens"], "tokens": None if taken is None else round(taken), "epochs": epochs}
