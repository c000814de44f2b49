"""A new base of the rotary embedding, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from mtdsl import Positive
from mtdsl_context.frequencies import kept, plain, require, rotary_dim
from mtdsl_context.layers import Layers, changed


@dataclass(frozen=True)
class Rope:
    """Adjusted base frequency: inverse frequencies theta^(-2i/d) with a larger `theta` (arXiv:2309.16039, section 4.1).

    Refuses a model whose positions are scaled (by `yarn`, `llama3`, ...), since a new base would silently drop the scaling.
    With `layers = full` the layers that attend within a sliding window keep theirs: in MiMo-V2-Flash and Gemma 3 a `theta` of
    10,000, whatever that of the others becomes.
    """

    theta: Annotated[float, Positive]
    layers: Layers = None

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Plain rotary embeddings with base `theta`; the windows do not enter."""
        return changed(before, self.layers, self._changed)

    def _changed(self, before: Mapping[str, Any]) -> dict[str, Any]:
        require(before, ("default",), "rope", "give the new base to the extender that scales: yarn(theta = ...)")
        return {"rope_type": "default", "rope_theta": float(self.theta), **kept(before)}

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Unscaled frequencies; attention is not scaled."""
        return plain(parameters["rope_theta"], rotary_dim(parameters, head_dim)), 1.0
