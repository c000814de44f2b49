"""Llama 3.1's scaling: low frequencies are divided, high ones kept, those between blended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from mtdsl import Bound, Length, Positive
from mtdsl.diag import refuse
from mtdsl_context.frequencies import kept, plain, require, rotary_dim
from mtdsl_context.layers import Layers, changed


@dataclass(frozen=True)
class Llama3:
    """The frequency scaling of Llama 3.1 as transformers computes it (`rope_type: llama3`); its report does not print it.

    A wave longer than `original / low_freq_factor` is slowed by `factor`, one shorter than `original / high_freq_factor` is
    kept, and between them the two are blended. `original` is the window the model was trained with (8k in Llama 3.1), the
    window before this phase where it is left out; `factor` then is new over old. A factor does not say how far positions
    reach: Llama 3.1 goes from 8k to 128k with 8. With `layers = full` the layers that attend within a sliding window keep their
    positions.
    """

    factor: Annotated[float | None, Bound(low=1)] = None
    low_freq_factor: Annotated[float, Positive] = 1.0
    high_freq_factor: Annotated[float, Positive] = 4.0
    original: Annotated[int | None, Length] = None
    theta: Annotated[float | None, Positive] = None
    layers: Layers = None

    def __post_init__(self) -> None:
        """Raises `ValueError` where nothing lies between the two factors."""
        if self.high_freq_factor <= self.low_freq_factor:
            raise ValueError("`high_freq_factor` must be more than `low_freq_factor`")

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `llama3`; raises a `Refusal` if it does not stretch."""
        return changed(before, self.layers, lambda own: self._changed(own, old, new))

    def _changed(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        require(before, ("default", "llama3"), "llama3", "start from weights before that scaling")
        original = self.original or int(before.get("original_max_position_embeddings", old))
        factor = float(self.factor or new / original)
        if factor < 1:
            raise refuse(
                "rope-shrinks", f"`llama3` stretches a window: {new:,} tokens are fewer than the original {original:,}"
            )
        return {
            "rope_type": "llama3",
            "rope_theta": float(self.theta or before["rope_theta"]),
            "factor": factor,
            "low_freq_factor": float(self.low_freq_factor),
            "high_freq_factor": float(self.high_freq_factor),
            "original_max_position_embeddings": original,
            **kept(before),
        }

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Frequencies between theta_i / factor and theta_i; attention is not scaled."""
        return [_scaled(base, parameters) for base in plain(parameters["rope_theta"], rotary_dim(parameters, head_dim))], 1.0


def _scaled(base: float, parameters: Mapping[str, Any]) -> float:
    """A frequency: how often its wave turns within the original window says how much of it is kept."""
    low, high = parameters["low_freq_factor"], parameters["high_freq_factor"]
    turns = parameters["original_max_position_embeddings"] * base / (2 * math.pi)
    share = min(max((turns - low) / (high - low), 0.0), 1.0)
    return float(base * (share + (1.0 - share) / parameters["factor"]))
