"""Rotary positions along a chain, in the numbers that the extenders themselves work out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isnan, nan
from typing import Any

from mtdsl.diag import Refusal, Report, Span, refuse
from mtdsl.plan.model import Merge, Model, Phase, Plan
from mtdsl.plan.serving import check_serving
from mtdsl.registry import Registry
from mtdsl.registry.extending import Architecture, Fitting, fit
from mtdsl.registry.strangers import Failed, ask

Rope = Mapping[str, Any]
UNKNOWN: Rope = {"rope_type": "default", "rope_theta": nan}
THETA = 10_000.0
"""The base of a llama where nobody says another (RoFormer, arXiv:2104.09864, section 3.3)."""
FULL = "full_attention"
"""transformers' name of the layers that attend to the whole window, where `rope_parameters` are by kind of layer."""


def positions(plan: Plan, registry: Registry) -> dict[str, Rope]:
    """transformers' `rope_parameters` where each node ends, starts included: of the layers that attend to the whole window.

    `rope_theta` is NaN, which compares with nothing, where no text says it: in a checkpoint made elsewhere, in a model that
    is only named, and behind an extender that refuses what it is given.
    """
    found = {start.name: UNKNOWN for start in plan.starts}
    found.update((name, _whole(rope)) for name, rope, _ in _walk(plan, registry))
    return found


def check_positions(plan: Plan, registry: Registry, span: Callable[[str], Span | None], report: Report) -> None:
    """Reports every extender that refuses the positions it is given, and every phase that trains with positions for inference.

    `span` is where a phase's window is written.
    """
    for name, _, refused in _walk(plan, registry):
        label = span(name) if refused else None
        for found in refused.diagnostics if refused else ():
            report.error(found.id, found.message, *((label,) if label else ()), help=found.help)
    check_serving(plan, registry, span, report)


def _walk(plan: Plan, registry: Registry) -> Iterator[tuple[str, Rope, Refusal | None]]:
    """Every phase and merge in order, with the positions it ends with."""
    fresh, model = _fresh(plan.model), architecture(plan)
    nodes: dict[str, Phase | Merge] = {phase.name: phase for phase in plan.phases}
    nodes |= {merge.name: merge for merge in plan.merges}
    found: dict[str, Rope] = {}
    for name in plan.order:
        node, refused = nodes[name], None
        rope = found.get(node.parents[0].node, UNKNOWN) if node.parents else fresh
        if isinstance(node, Phase) and node.context.extender is not None:
            try:
                rope = _extended(node, rope, registry, model)
            except Refusal as reason:
                rope, refused = UNKNOWN, reason
        found[name] = rope
        yield name, rope, refused


def _fresh(model: Model | None) -> Rope:
    """The positions of fresh weights."""
    if model is None or model.kind == "config":
        return UNKNOWN
    theta: Any = model.params.get("theta")
    return {**UNKNOWN, "rope_theta": float(theta or THETA)}


def architecture(plan: Plan) -> Architecture | None:
    """What an extender may know of the model, where the recipe describes it and nothing starts from other weights."""
    if plan.model is None or plan.model.kind == "config" or plan.starts:
        return None
    sizes: dict[str, Any] = dict(plan.model.params)
    return Architecture(int(sizes.get("head_dim") or sizes["width"] / sizes["heads"]), (FULL,) * int(sizes["layers"]))


def _extended(phase: Phase, before: Rope, registry: Registry, model: Architecture | None) -> Rope:
    extender, window = phase.context.extender, phase.context
    assert extender is not None
    before, extension = before if FULL in before else {**UNKNOWN, **before}, None
    try:
        extension = ask(lambda: fit(registry.build("extender", extender.name, extender.params), model))
        extended: Rope = ask(lambda: dict(extension.rope_parameters(before, window.start or window.end, window.end)))
        return extended
    except Failed as failed:
        if isnan(_whole(before)["rope_theta"]) or (model is None and isinstance(extension, Fitting)):
            return UNKNOWN  # what it needs is known to the checkpoint
        raise refuse("plugin-failed", f"the extender `{extender.name}` failed: {failed}") from failed


def _whole(rope: Rope) -> Rope:
    """Those of the layers that attend to the whole window."""
    whole: Rope = rope.get(FULL, rope)
    return whole
