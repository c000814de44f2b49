"""Rotary embeddings whose slowest frequencies are zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Bound, Positive
from mtdsl_context.frequencies import Form, base, kept, plain, require, unscaled
from mtdsl_context.layers import Layers, changed, of_kind


@dataclass(frozen=True)
class Proportional:
    """p-RoPE (arXiv:2410.06205): the fastest `share` of frequencies is kept, the rest of a head has no positions.

    Frequencies keep the whole head in their exponent, theta^(-2i/d), and those from i = `share` d/2 on are zero: transformers'
    `proportional` (Gemma 4: 25 % in its global layers). That is another formula than rotating a part of a head
    (`partial`), whose exponents count in the part alone. On any architecture, since a head stays as wide as it is.

    `theta` is a new base, that of the model where it is left out; `layers` are those that change, all where it is left out.
    """

    share: Annotated[float, Bound(low=0, high=1, open_low=True)]
    theta: Annotated[float | None, Positive] = None
    layers: Layers = None

    examples: ClassVar = ({"share": "25%"},)

    def fitted(self, model: Architecture) -> Proportional:
        """The same, for the kind of layer that numbers of layers come to."""
        return replace(self, layers=of_kind(self.layers, model))

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `proportional`; the windows do not enter. Raises a `Refusal` where a part of a head is rotated."""
        return changed(before, self.layers, self._changed)

    def _changed(self, before: Mapping[str, Any]) -> dict[str, Any]:
        require(before, ("default", "proportional"), "p_rope", "start from weights before that scaling")
        theta = base(self.theta, before)
        return {**kept(before), "rope_type": "proportional", "rope_theta": theta, "partial_rotary_factor": float(self.share)}

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """theta^(-2i/d) for the first, 0 for the others; attention is not scaled."""
        return form(parameters, head_dim)


def form(parameters: Mapping[str, Any], head_dim: int) -> Form:
    """Unscaled frequencies, those of p-RoPE too."""
    if parameters.get("rope_type") != "proportional":
        return unscaled(parameters, head_dim)
    turning = int(parameters.get("partial_rotary_factor", 1.0) * head_dim // 2)
    return plain(parameters["rope_theta"], head_dim)[:turning] + [0.0] * (head_dim // 2 - turning), 1.0
