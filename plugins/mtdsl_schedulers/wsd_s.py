"""Stable and decayed, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Stretch


@dataclass(frozen=True)
class WSDS:
    """WSD-S (arXiv:2410.05192): the value stands, decays over the last `decay` of each `period`, and is back.

    It is a rule: `lr = 1e-3 by wsd_s(...)` decays to 0 again and again, an arrow `1e-3 -> 1e-5 by wsd_s(...)` to its end. What
    is left behind the last whole period stands. The paper's decay is linear in 1 / rate; this one is linear in the rate, as
    OLMo-core's `WSDS` and Marin's.
    """

    rules: ClassVar[bool] = True

    period: Annotated[float, Positive, Stretch]
    decay: Annotated[float, Positive, Stretch]

    def __post_init__(self) -> None:
        """Raises `ValueError` where the decay is longer than its period."""
        if self.decay > self.period:
            raise ValueError(f"the decay ({self.decay:,.0f} tokens) is longer than the period ({self.period:,.0f})")

    def __call__(self, at: Progress) -> float:
        """0 while it stands, then up to 1 at the period's end; a new period begins there unless the whole way ends."""
        inside = at.tokens % self.period
        if inside == 0 and at.fraction == 1:
            return 1.0
        return max(0.0, (inside - (self.period - self.decay)) / self.decay)
