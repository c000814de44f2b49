"""A distribution drawn towards another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True)
class KL:
    """The Kullback-Leibler divergence from a target distribution.

    `to = attention`: the indexer of a sparse attention learns what the dense attention, summed over its heads, attends to
    (DeepSeek-V3.2-Exp, section 2.1, eq. 3).
    """

    to: Literal["attention"]

    examples: ClassVar = ({"to": '"attention"'},)
