"""Steps at stated places."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Stretch


@dataclass(frozen=True)
class MultiStep:
    """The value is multiplied by `factor` at each of the places `at`, and stands in between: torch's `MultiStepLR`.

    It is a rule: DeepSeek-V2-Lite is `lr = 4.2e-4 by multi_step([80%, 90%], factor = 0.316)`, and a batch doubles with
    `factor = 2`. Places count from where the value begins, the warm-up included. With an arrow the steps are
    stretched to land on the arrow's end with the last one.
    """

    rules: ClassVar[bool] = True

    at: Annotated[tuple[float, ...], Positive, Stretch]
    factor: Annotated[float, Positive] = 0.1

    examples: ClassVar = ({"at": "[50%, 80%]", "factor": 0.316},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where there are no places, or not in order."""
        if not self.at or any(later <= earlier for earlier, later in pairwise(self.at)):
            raise ValueError("the places of the steps must be in order, each behind the one before it")

    def stands(self, at: Progress) -> float:
        """Tokens until the next place."""
        passed = at.warmup + at.tokens
        return next((place - passed for place in self.at if place > passed), math.inf)

    def __call__(self, at: Progress) -> float:
        """1 - factor^k behind k steps. Raises `ValueError` for an arrow that ends before the last of them."""
        passed = bisect_right(self.at, at.warmup + at.tokens)
        if at.ruled:
            return float(1.0 - self.factor**passed)
        if self.at[-1] > at.warmup + at.length:
            raise ValueError(f"the last step is {self.at[-1]:,.0f} tokens from the beginning, where the arrow has ended")
        every = len(self.at)
        return passed / every if self.factor == 1.0 else float((1.0 - self.factor**passed) / (1.0 - self.factor**every))
