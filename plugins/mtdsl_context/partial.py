"""Rotary embeddings of a part of each head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Bound, Positive
from mtdsl_context.frequencies import Form, base, kept, require, unscaled
from mtdsl_context.layers import Layers, changed, of_kind


@dataclass(frozen=True)
class Partial:
    """The first `share` of a head's dimensions is rotated, the others have no positions (GPT-NeoX-20B, arXiv:2204.06745: 25 %).

    Exponents count in the part alone: theta^(-2i/r) with r = `share` d, transformers' `partial_rotary_factor`. `p_rope` has the
    same number of frequencies that turn, and other ones. Only for architectures that are built for it (Phi, StableLM, GLM,
    Qwen3-Next, ...): where the model then has other frequencies, a run refuses it.

    `theta` is a new base, that of the model where it is left out; `layers` are those that change, all where it is left out.
    """

    share: Annotated[float, Bound(low=0, high=1, open_low=True)]
    theta: Annotated[float | None, Positive] = None
    layers: Layers = None

    examples: ClassVar = ({"share": "25%"},)

    def fitted(self, model: Architecture) -> Partial:
        """The same, for the kind of layer that numbers of layers come to."""
        return replace(self, layers=of_kind(self.layers, model))

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Plain rotary embeddings of that part; the windows do not enter."""
        return changed(before, self.layers, self._changed)

    def _changed(self, before: Mapping[str, Any]) -> dict[str, Any]:
        require(before, ("default",), "partial", "start from weights before that scaling")
        return {
            **kept(before),
            "rope_type": "default",
            "rope_theta": base(self.theta, before),
            "partial_rotary_factor": float(self.share),
        }

    def configure(self, config: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """The same share where a configuration states it beside its `rope_parameters`."""
        return {name: float(self.share) for name in ("partial_rotary_factor",) if config.get(name) is not None}

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """Unscaled frequencies of that part; attention is not scaled."""
        return unscaled(parameters, head_dim)
