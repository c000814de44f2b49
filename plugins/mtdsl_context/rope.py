"""A new base of the rotary embedding, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Positive
from mtdsl_context.frequencies import Form, kept, require
from mtdsl_context.layers import Layers, changed, of_kind
from mtdsl_context.proportional import form


@dataclass(frozen=True)
class Rope:
    """Adjusted base frequency: inverse frequencies theta^(-2i/d) with a larger `theta` (arXiv:2309.16039, section 4.1).

    Refuses a model whose positions are scaled (by `yarn`, `llama3`, ...), since a new base would silently drop the scaling.
    With `layers = full` the layers that attend within a sliding window keep theirs: in MiMo-V2-Flash and Gemma 3 a `theta` of
    10,000, whatever that of the others becomes. `local` gives those a base of their own: Gemma 3 is rope(theta = 1M,
    local = 10_000).
    """

    theta: Annotated[float, Positive]
    layers: Layers = None
    local: Annotated[float | None, Positive] = None

    examples: ClassVar = ({"theta": "500_000"},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where it is said twice which layers are meant."""
        if self.local is not None and self.layers is not None:
            raise ValueError("`local` is the base of the layers that slide, `theta` of the others: leave `layers` out")

    def fitted(self, model: Architecture) -> Rope:
        """The same, for the kind of layer that numbers of layers come to."""
        return replace(self, layers=of_kind(self.layers, model))

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Rotary embeddings with base `theta`; the windows do not enter."""
        if self.local is None:
            return changed(before, self.layers, lambda own: _based(own, self.theta))
        local = changed(before, "sliding", lambda own: _based(own, self.local or self.theta))
        return changed(local, "full", lambda own: _based(own, self.theta))

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """Unscaled frequencies; attention is not scaled."""
        return form(parameters, head_dim)


def _based(before: Mapping[str, Any], theta: float) -> dict[str, Any]:
    way_out = "give the new base to the extender that scales: yarn(theta = ...)"
    require(before, ("default", "proportional"), "rope", way_out)
    return {"rope_type": before.get("rope_type", "default"), "rope_theta": float(theta), **kept(before)}
