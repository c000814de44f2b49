"""LongRoPE: every frequency is divided by a factor of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar

from mtdsl import Architecture, Bound, Length, Positive
from mtdsl.diag import refuse
from mtdsl_context.frequencies import Form, base, kept, plain, require, rotary_dim, stretch
from mtdsl_context.layers import Layers, changed, of_kind


@dataclass(frozen=True)
class Longrope:
    """LongRoPE (arXiv:2402.13753) as transformers computes it: frequency i is divided by `long`[i], found by a search.

    For a sequence within the `original` window (the one before this phase where it is left out) it is divided by `short`[i], or
    left as it is where no `short` is given. Both lists have a number for each frequency, half of the dimensions that are
    rotated. Cosines and sines are multiplied by sqrt(1 + ln s / ln `original`), s = `factor` or new over `original`;
    `attention_factor` replaces that.

    In training the longest document of a row of packed documents decides for all of the row, as transformers has it; at
    inference each sequence is a row of its own.

    `theta` is a new base, that of the model where it is left out; `layers` are those that change, all where it is left out.
    """

    long: Annotated[tuple[float, ...], Positive]
    short: Annotated[tuple[float, ...] | None, Positive] = None
    factor: Annotated[float | None, Bound(low=1)] = None
    original: Annotated[int | None, Length] = None
    attention_factor: Annotated[float | None, Positive] = None
    theta: Annotated[float | None, Positive] = None
    layers: Layers = None

    examples: ClassVar = ({"long": "[1, 1, 1, 1, 1.1, 1.2, 1.4, 1.7, 2, 2.4, 2.8, 3.2, 3.5, 3.8, 4, 4]"},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where the two lists are not of one length."""
        if self.short is not None and len(self.short) != len(self.long):
            raise ValueError(f"`short` has {len(self.short)} factors and `long` {len(self.long)}")

    def fitted(self, model: Architecture) -> LongropeOfHeads:
        """The same, for heads of that model."""
        return LongropeOfHeads(**{**asdict(self), "layers": of_kind(self.layers, model)}, head_dim=model.head_dim)

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `longrope`; raises a `Refusal` if it does not stretch."""
        return changed(before, self.layers, lambda own: self._changed(own, old, new))

    def _changed(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        require(before, ("default", "longrope"), "longrope", "start from weights before that scaling")
        original = self.original or int(before.get("original_max_position_embeddings", old))
        factor = stretch(self.factor, original, new, "longrope")
        return {
            "rope_type": "longrope",
            "rope_theta": base(self.theta, before),
            "short_factor": [float(value) for value in self.short or (1.0,) * len(self.long)],
            "long_factor": [float(value) for value in self.long],
            "factor": factor,
            "attention_factor": float(self.attention_factor or temperature(factor, original)),
            "original_max_position_embeddings": original,
            **kept(before),
        }

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> Form:
        """theta_i / short_i: the frequencies of a sequence within the original window."""
        return form(parameters, head_dim)

    def inv_freq_at(self, parameters: Mapping[str, Any], head_dim: int, window: int, length: int) -> Form:
        """The frequencies of a sequence of `length` tokens."""
        return form(parameters, head_dim, length)

    def reach(self, parameters: Mapping[str, Any]) -> int:
        """The original window times the factor."""
        return round(float(parameters["original_max_position_embeddings"] * parameters["factor"]))


@dataclass(frozen=True)
class LongropeOfHeads(Longrope):
    """LongRoPE for heads of `head_dim` dimensions."""

    head_dim: int = 0

    def _changed(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        wanted = rotary_dim(before, self.head_dim) // 2
        if len(self.long) != wanted:
            raise refuse("rope-parameters", f"`longrope` has {len(self.long)} factors, and the model {wanted} frequencies")
        return super()._changed(before, old, new)


def temperature(factor: float, original: int) -> float:
    """What cosines and sines are multiplied by."""
    return math.sqrt(1 + math.log(factor) / math.log(original))


def form(parameters: Mapping[str, Any], head_dim: int, length: int = 0) -> Form:
    """What transformers' `longrope` comes to for a sequence of `length` tokens; frequencies without a factor are left out."""
    beyond = length > parameters["original_max_position_embeddings"]
    factors = parameters["long_factor" if beyond else "short_factor"]
    frequencies = plain(parameters["rope_theta"], rotary_dim(parameters, head_dim))
    scaled = [frequency / factor for frequency, factor in zip(frequencies, factors, strict=False)]
    return scaled, float(parameters["attention_factor"])


def listed(parameters: Mapping[str, Any], dim: int, frequencies: Sequence[float], scaling: float) -> dict[str, Any]:
    """Any `dim` / 2 frequencies, whatever the length, as transformers' `longrope`: for what it has no `rope_type` of its own.

    The base, the factor and the original window are those of `parameters`.
    """
    pairs = zip(plain(parameters["rope_theta"], dim), frequencies, strict=True)
    factors = [unscaled / scaled for unscaled, scaled in pairs]
    return {
        "rope_type": "longrope",
        "rope_theta": parameters["rope_theta"],
        "short_factor": factors,
        "long_factor": [*factors],
        "factor": parameters["factor"],
        "attention_factor": scaling,
        "original_max_position_embeddings": parameters["original_max_position_embeddings"],
        **kept(parameters),
    }
