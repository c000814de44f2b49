"""Warmup, stable, merge: a decay of the learning rate, made of checkpoints that had none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Stretch, Technique
from mtdsl.registry.factories import Shape
from mtdsl_mergers.average import Average
from mtdsl_mergers.latest import latest


@dataclass(frozen=True)
class Wsm(Average):
    """The average of a constant rate's last checkpoints that emulates a decay over the last `window` tokens (arXiv:2507.17634).

    A decay weighs the update behind checkpoint i of n by w_i, what is left of the rate at i / n. Since the weighted updates
    telescope, the same weights come from sum of c_j theta_j with c_j = w_j - w_(j+1), w_0 = 1 and w_n = 0: the mean is a linear
    decay. Checkpoints are `every` so many tokens or steps, both ends of the window included. `shape` is any scheduler that
    falls and never rises, a straight line if nothing is said.
    """

    window: Annotated[int, Stretch, Positive]
    every: Annotated[int, Stretch, Positive]
    shape: Annotated[Shape | None, Technique("scheduler")] = None

    examples: ClassVar = ({"window": "200 steps", "every": "25 steps", "shape": "sqrt"},)

    def checkpoints(self, tokens: int, step_tokens: int) -> Sequence[tuple[int, Fraction]]:
        """From `tokens - window` to the end, one each `every` tokens, and their weights c_j; exact, with sum 1.

        Raises `ValueError` where the phase is too short, and where the shape rises.
        """
        if self.window >= tokens:
            raise ValueError(f"the window is {self.window:,} tokens, and the phase has {tokens:,}")
        count = self.window // self.every + 1
        points = latest(tokens, count, self.every, step_tokens)
        decay = [Fraction(1), *(self._left(at, count) for at in range(1, count)), Fraction(0)]
        weights = [now - then for now, then in pairwise(decay)]
        if min(weights) < 0:
            raise ValueError("its `shape` rises on its way: a checkpoint would weigh less than nothing")
        return list(zip(points, weights, strict=True))

    def _left(self, at: int, count: int) -> Fraction:
        """The rate at checkpoint `at` of `count`, a share of what it was."""
        part = Fraction(at, count)
        if self.shape is None:
            return 1 - part
        length = count * self.every
        return 1 - Fraction(repr(self.shape(Progress(float(part), float(at * self.every), float(length), 1.0, 0.0))))
