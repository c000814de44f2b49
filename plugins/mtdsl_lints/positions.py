"""Rotary positions along a chain, in the numbers that the extenders themselves work out."""

from __future__ import annotations

from collections.abc import Mapping
from math import nan
from typing import TYPE_CHECKING, Any

from mtdsl.diag import Refusal
from mtdsl.plan.model import Phase
from mtdsl.registry import installed
from mtdsl_lints.chain import in_order, once

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan

Rope = Mapping[str, Any]
UNKNOWN: Rope = {"rope_type": "default", "rope_theta": nan}
FRESH: Rope = {"rope_type": "default", "rope_theta": 10_000.0}


@once
def positions(plan: Plan) -> dict[str, Rope]:
    """transformers' `rope_parameters` where each node ends, starts included.

    `rope_theta` is NaN, which compares with nothing, where no text says it: in a checkpoint made elsewhere, in a model that
    is only named, and behind an extender that refuses what it is given.
    """
    fresh = FRESH if plan.model is not None and plan.model.kind != "config" else UNKNOWN
    found: dict[str, Rope] = {start.name: UNKNOWN for start in plan.starts}
    for node in in_order(plan):
        before = found.get(node.parents[0].node, UNKNOWN) if node.parents else fresh
        found[node.name] = _after(node, before) if isinstance(node, Phase) else before
    return found


def _after(phase: Phase, before: Rope) -> Rope:
    extender = phase.context.extender
    if extender is None:
        return before
    extension = installed().build("extender", extender.name, extender.params)
    try:
        return extension.rope_parameters({**UNKNOWN, **before}, phase.context.start or phase.context.end, phase.context.end)  # type: ignore[no-any-return]
    except Refusal:
        return UNKNOWN
