"""The JSON that people and programs read: every field of the Plan, and beside the exact curves what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mtdsl.plan.certainty import facts_of, hangs, seen
from mtdsl.plan.codec import decode, encode
from mtdsl.plan.curves import scalar_at, shares_at
from mtdsl.plan.endings import first_of, rate_at
from mtdsl.plan.fingerprint import fingerprint
from mtdsl.plan.intake import intake
from mtdsl.plan.learning import reason
from mtdsl.plan.model import Batch, Blend, Curve, Known, Phase, Plan
from mtdsl.plan.sizes import Sizes, declared, unknown
from mtdsl.registry import Registry, installed

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
    body["expected"] = list(hangs(phase))
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
