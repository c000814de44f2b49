"""A longer window with positions as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from mtdsl_context.frequencies import plain, require, rotary_dim
from mtdsl_context.layers import changed


@dataclass(frozen=True)
class Nope:
    """Nothing is done to positions: the model has none to stretch, or learns the longer window at those it has.

    Models whose attention has no positions (arXiv:2305.19466), as in hybrids whose recurrent layers tell the order, take a
    longer window by training on it alone.
    """

    without_rope: ClassVar[bool] = True

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """Those before, which may be none; the windows do not enter."""
        return changed(before, None, self._same)

    def _same(self, before: Mapping[str, Any]) -> dict[str, Any]:
        require(before, ("default",), "nope", "extend it by what scales it already")
        return dict(before)

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """Unscaled frequencies; attention is not scaled."""
        return plain(parameters["rope_theta"], rotary_dim(parameters, head_dim)), 1.0
