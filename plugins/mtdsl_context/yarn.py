"""YaRN: low frequencies are interpolated, high ones kept, and attention made a little sharper."""

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
class Yarn:
    """YaRN (arXiv:2309.00071) as transformers, vLLM and the authors' code compute it.

    `factor` is by how much this phase stretches the window (new over old where it is left out), so that two phases of
    factor 2 are one of factor 4: on a model that yarn has stretched before, factors multiply and the original window stays.
    `original` names that window, and `factor` then counts from it (DeepSeek-V3: `factor = 40, original = 4k` in both phases).

    Where paper and code differ this follows the code: the paper's ramp is linear in the number of rotations (eq. 18), every
    public code's in the index of the frequency, between bounds rounded outwards unless `truncate` is false; the upper bound
    is clamped to d - 1 (OLMo-core: d/2 - 1). `mscale` and `mscale_all_dim` (DeepSeek-V2) replace the paper's temperature
    0.1 ln(factor) + 1, `attention_factor` replaces it outright. With `layers = full` the layers that attend within a sliding
    window keep their positions (Olmo 3). Which part of a head is stretched needs no selector: multi-head latent attention
    (DeepSeek-V2 and V3) rotates `qk_rope_head_dim` dimensions of queries and the one key that heads share, and nothing else.
    """

    factor: Annotated[float | None, Bound(low=1)] = None
    beta_fast: Annotated[float, Positive] = 32.0
    beta_slow: Annotated[float, Positive] = 1.0
    attention_factor: Annotated[float | None, Positive] = None
    mscale: Annotated[float | None, Positive] = None
    mscale_all_dim: Annotated[float | None, Positive] = None
    truncate: bool = True
    theta: Annotated[float | None, Positive] = None
    original: Annotated[int | None, Length] = None
    layers: Layers = None

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `yarn` with the factor relative to the original window; raises a `Refusal` if it does not stretch."""
        return changed(before, self.layers, lambda own: self._changed(own, old, new))

    def _changed(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        require(before, ("default", "yarn"), "yarn", "start from weights before that scaling")
        self._check()
        original, factor = self._stretch(before, old, new)
        if factor < 1:
            raise refuse("rope-shrinks", f"`yarn` stretches a window: {new:,} tokens are fewer than the original {original:,}")
        optional = {name: getattr(self, name) for name in ("attention_factor", "mscale", "mscale_all_dim")}
        return {
            "rope_type": "yarn",
            "rope_theta": float(self.theta or before["rope_theta"]),
            "factor": factor,
            "original_max_position_embeddings": original,
            "beta_fast": float(self.beta_fast),
            "beta_slow": float(self.beta_slow),
            **{name: float(value) for name, value in optional.items() if value is not None},
            **({} if self.truncate else {"truncate": False}),
            **kept(before),
        }

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Frequencies between theta_i / factor and theta_i, and what cosines and sines are multiplied by."""
        dim, factor = rotary_dim(parameters, head_dim), parameters["factor"]
        low, high = _bounds(parameters, dim)
        kept_shares = [1.0 - min(max((index - low) / (high - low), 0.0), 1.0) for index in range(dim // 2)]
        frequencies = plain(parameters["rope_theta"], dim)
        scaled = [base * (share + (1.0 - share) / factor) for base, share in zip(frequencies, kept_shares, strict=True)]
        return scaled, _attention_scaling(parameters)

    def reach(self, parameters: Mapping[str, Any]) -> int:
        """The original window times the factor."""
        return round(float(parameters["original_max_position_embeddings"] * parameters["factor"]))

    def _check(self) -> None:
        if self.beta_fast <= self.beta_slow:
            raise refuse(
                "rope-parameters", f"`beta_fast` ({self.beta_fast:g}) must be more than `beta_slow` ({self.beta_slow:g})"
            )
        if (self.mscale is None) != (self.mscale_all_dim is None):
            raise refuse("rope-parameters", "`mscale` and `mscale_all_dim` work together: write both or neither")

    def _stretch(self, before: Mapping[str, Any], old: int, new: int) -> tuple[int, float]:
        """The original window and how many times it is stretched in all."""
        if self.original is not None:
            return self.original, float(self.factor or new / self.original)
        step = float(self.factor or new / old)
        if before.get("rope_type") == "yarn":
            return int(before["original_max_position_embeddings"]), before["factor"] * step
        return old, step


def _bounds(parameters: Mapping[str, Any], dim: int) -> tuple[float, float]:
    """Indices between which frequencies go from kept to interpolated (eq. 23 of the paper, in its code's form)."""
    window, theta = parameters["original_max_position_embeddings"], parameters["rope_theta"]

    def index_of(rotations: float) -> float:
        """The index whose wave turns so many times within the original window."""
        return dim * math.log(window / (rotations * 2 * math.pi)) / (2 * math.log(theta))

    low, high = index_of(parameters["beta_fast"]), index_of(parameters["beta_slow"])
    if parameters.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, dim - 1)
    return low, high if high != low else high + 0.001


def _attention_scaling(parameters: Mapping[str, Any]) -> float:
    """The temperature on cosines and sines: 0.1 ln(factor) + 1 (eq. 22), or what replaces it."""

    def temperature(scale: float) -> float:
        return 0.1 * scale * math.log(parameters["factor"]) + 1.0

    if parameters.get("attention_factor") is not None:
        return float(parameters["attention_factor"])
    if parameters.get("mscale") and parameters.get("mscale_all_dim"):
        return temperature(parameters["mscale"]) / temperature(parameters["mscale_all_dim"])
    return temperature(1.0)
