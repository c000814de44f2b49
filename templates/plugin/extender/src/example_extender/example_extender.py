"""A base of the rotary embedding that grows with the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from mtdsl import Positive
from mtdsl.diag import refuse


@dataclass(frozen=True)
class ExampleExtender:
    """The base of the rotary embedding after a window went from `old` to `new` tokens: theta (new / old)^q.

    `power` is q, without a unit. transformers' `rope_type = default` then has the inverse frequencies theta^(-2i/d), in
    radians a token, i from 0 to d/2 - 1, d the dimensions of a head.

    Source: a larger base is arXiv:2309.16039, section 4.1 (from 10,000 to 500,000 for windows of 4k to 32k: q = 1.88); that
    the base is a power of the window is this example's, no paper is followed in it.
    """

    power: Annotated[float, Positive] = 2.0

    def rope_parameters(self, before: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
        """transformers' `rope_parameters` with the new base. Raises a `Refusal` for positions that are scaled already."""
        kind = before.get("rope_type", "default")
        if kind != "default":
            raise refuse("rope-scaled", f"the model's positions are already scaled by `{kind}`: a new base would undo it")
        return {**before, "rope_type": "default", "rope_theta": before["rope_theta"] * (new / old) ** self.power}

    def inv_freq(self, parameters: Mapping[str, Any], head_dim: int) -> tuple[list[float], float]:
        """The frequencies of that base; attention is not scaled."""
        return [parameters["rope_theta"] ** (-index / head_dim) for index in range(0, head_dim, 2)], 1.0
