"""Which layers an extender is for, where a model's layers do not all attend alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

Layers = Literal["full"] | None
"""`full`: those that attend to the whole window; None: all."""

FULL, SLIDING = "full_attention", "sliding_attention"
"""transformers' names of the two kinds of layer, under which `rope_parameters` then has those of each."""

Parameters = Mapping[str, Any]


def changed(before: Parameters, layers: Layers, change: Callable[[Parameters], dict[str, Any]]) -> dict[str, Any]:
    """transformers' `rope_parameters` after `change` in those `layers`: by kind of layer where the kinds differ or may."""
    if layers is None and not _by_kind(before):
        return change(before)
    kinds = before if _by_kind(before) else {FULL: before, SLIDING: before}
    return {kind: change(own) if layers is None or kind == FULL else dict(own) for kind, own in kinds.items()}


def _by_kind(parameters: Parameters) -> bool:
    return any(isinstance(value, Mapping) for value in parameters.values())
