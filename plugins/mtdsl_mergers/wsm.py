"""Warmup, stable, merge: a decay of the learning rate, made of checkpoints that had none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import cos, pi, sqrt
from typing import Annotated, Literal

import mtdsl
from mtdsl_mergers.average import Average

SHAPES: dict[str, Callable[[float], float]] = {
    "linear": lambda at: 1 - at,
    "sqrt": lambda at: 1 - sqrt(at),
    "cosine": lambda at: (1 + cos(pi * at)) / 2,
}


@dataclass(frozen=True)
class Wsm(Average):
    """The average of a constant rate's last checkpoints that emulates a decay over the last `window` tokens (arXiv:2507.17634).

    A decay weighs the update behind checkpoint i of n by w_i, the shape at i / n. Since the weighted updates telescope, the
    same weights come from sum of c_j theta_j with c_j = w_j - w_(j+1), w_0 = 1 and w_n = 0: the mean is a linear decay.
    """

    window: Annotated[int, mtdsl.Tokens, mtdsl.Positive]
    every: Annotated[int, mtdsl.Tokens, mtdsl.Positive]
    shape: Literal["linear", "sqrt", "cosine"] = "linear"

    def checkpoints(self, tokens: int, step_tokens: int) -> Sequence[tuple[int, Fraction]]:
        """From `tokens - window` to the end, one each `every` tokens, and their weights c_j; exact, with sum 1."""
        if self.every < step_tokens:
            raise ValueError(f"`every` is less than a step of {step_tokens:,} tokens")
        if self.window >= tokens:
            raise ValueError(f"the window is {self.window:,} tokens, and the phase has {tokens:,}")
        count = self.window // self.every + 1
        decay = [Fraction(1), *(Fraction(repr(SHAPES[self.shape](at / count))) for at in range(1, count)), Fraction(0)]
        points = [tokens - self.every * (count - 1 - index) for index in range(count)]
        return [(point, now - then) for point, (now, then) in zip(points, pairwise(decay), strict=True)]
