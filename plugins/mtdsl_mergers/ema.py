"""An exponential average over checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from mtdsl import Bound, Positive, Stretch
from mtdsl_mergers.average import Average
from mtdsl_mergers.latest import latest


@dataclass(frozen=True)
class Ema(Average):
    """The exponential moving average over a phase's `count` latest checkpoints, `every` apart (arXiv:2505.12082).

    It begins as the oldest of them, and each later one, c, makes it `decay` times what it was and (1 - decay) c: the first then
    weighs decay^(n-1), the others (1 - decay) decay^(n-1-i), which sum to 1. The paper writes its alpha for 1 - `decay`. A
    phase's own running average over all its steps is `ema = 0.999` and `PHASE.ema`, not this.
    """

    count: Annotated[int, Bound(low=2)]
    every: Annotated[int, Stretch, Positive]
    decay: Annotated[float, Bound(low=0, high=1, open_low=True, open_high=True)]

    examples: ClassVar = ({"count": 8, "every": "20 steps", "decay": 0.7},)

    def checkpoints(self, tokens: int, step_tokens: int) -> Sequence[tuple[int, Fraction]]:
        """The points and their weights, oldest first; exact, with sum 1."""
        points, decay = latest(tokens, self.count, self.every, step_tokens), Fraction(repr(self.decay))
        weights = [(1 - decay if index else 1) * decay ** (self.count - 1 - index) for index in range(self.count)]
        return list(zip(points, map(Fraction, weights), strict=True))
