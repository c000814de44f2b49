"""A longer window, and no positions to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mtdsl_context.frequencies import plain, require, rotary_dim


@dataclass(frozen=True)
class NoPE:
    """Only the window changes. For models whose attention knows no positions (arXiv:2305.19466), such as Nemotron 3's hybrids.

    A model with plain rotary positions keeps them as they are.
    """

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Those it had; refuses positions that are scaled, whose factor would no longer fit the window."""
        require(before, ("default",), "nope", "extend the window with the extender that scaled them")
        return dict(before)

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Unscaled frequencies; attention is not scaled."""
        return plain(parameters["rope_theta"], rotary_dim(parameters, head_dim)), 1.0
