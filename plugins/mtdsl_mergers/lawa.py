"""The mean of the latest checkpoints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

from mtdsl import Bound, Positive, Stretch
from mtdsl_mergers.average import Average
from mtdsl_mergers.latest import latest


@dataclass(frozen=True)
class Lawa(Average):
    """LAWA: the plain mean of a phase's `count` latest checkpoints, `every` apart, the last at its end (arXiv:2209.14981).

    The paper takes one at each epoch's end; arXiv:2306.03241 takes them so many steps apart while a language model is trained.
    """

    count: Annotated[int, Bound(low=2)]
    every: Annotated[int, Stretch, Positive]

    examples: ClassVar = ({"count": 5, "every": "20 steps"},)

    def checkpoints(self, tokens: int, step_tokens: int) -> Sequence[tuple[int, Fraction]]:
        """The points, oldest first, each with the same weight."""
        return [(point, Fraction(1, self.count)) for point in latest(tokens, self.count, self.every, step_tokens)]
