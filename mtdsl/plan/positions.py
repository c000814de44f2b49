"""Rotary positions along a chain, in the numbers that the extenders themselves work out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isnan, nan
from typing import Any

from mtdsl.diag import Refusal, Report, Span, refuse
from mtdsl.plan.model import Merge, Phase, Plan
from mtdsl.registry import Registry
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
    """Reports every extender that refuses the positions it is given; `span` is where a phase's window is written."""
    for name, _, refused in _walk(plan, registry):
        label = span(name) if refused else None
        for found in refused.diagnostics if refused else ():
            report.error(found.id, found.message, *((label,) if label else ()), help=found.help)


def _walk(plan: Plan, registry: Registry) -> Iterator[tuple[str, Rope, Refusal | None]]:
    """Every phase and merge in order, with the positions it ends with."""
    fresh = UNKNOWN if plan.model is None or plan.model.kind == "config" else {**UNKNOWN, "rope_theta": THETA}
    nodes: dict[str, Phase | Merge] = {phase.name: phase for phase in plan.phases}
    nodes |= {merge.name: merge for merge in plan.merges}
    found: dict[str, Rope] = {}
    for name in plan.order:
        node, refused = nodes[name], None
        rope = found.get(node.parents[0].node, UNKNOWN) if node.parents else fresh
        if isinstance(node, Phase) and node.context.extender is not None:
            try:
                rope = _extended(node, rope, registry)
            except Refusal as reason:
                rope, refused = UNKNOWN, reason
        found[name] = rope
        yield name, rope, refused


def _extended(phase: Phase, before: Rope, registry: Registry) -> Rope:
    extender, window = phase.context.extender, phase.context
    assert extender is not None
    before = before if FULL in before else {**UNKNOWN, **before}
    try:
        extension = ask(lambda: registry.build("extender", extender.name, extender.params))
        extended: Rope = ask(lambda: dict(extension.rope_parameters(before, window.start or window.end, window.end)))
        return extended
    except Failed as failed:
        if isnan(_whole(before)["rope_theta"]):  # what it needed may be in the checkpoint
            return UNKNOWN
        raise refuse("plugin-failed", f"the extender `{extender.name}` failed: {failed}") from failed


def _whole(rope: Rope) -> Rope:
    """Those of the layers that attend to the whole window."""
    whole: Rope = rope.get(FULL, rope)
    return whole
