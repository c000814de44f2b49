"""What every extender stands on: the frequencies of plain rotary embeddings, and the kinds that may be edited."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from mtdsl.diag import refuse


def plain(theta: float, dim: int) -> list[float]:
    """`dim / 2` inverse frequencies theta^(-2i/dim), in radians a token (RoFormer, arXiv:2104.09864, section 3.2.2)."""
    return [theta ** (-2 * index / dim) for index in range(dim // 2)]


def rotary_dim(parameters: Mapping[str, Any], head_dim: int) -> int:
    """How many of a head's dimensions are rotated."""
    return int(head_dim * parameters.get("partial_rotary_factor", 1.0))


def kept(before: Mapping[str, Any]) -> dict[str, Any]:
    """What no extender changes: the part of a head that is rotated."""
    return {name: before[name] for name in ("partial_rotary_factor",) if name in before}


def require(before: Mapping[str, Any], kinds: Container[str], extender: str, way_out: str) -> None:
    """Refuses positions that are already scaled in a way that `extender` does not go on from."""
    kind = before.get("rope_type", "default")
    if kind not in kinds:
        raise refuse(
            "rope-scaled", f"the model's positions are already scaled by `{kind}`: `{extender}` would undo it", help=way_out
        )
