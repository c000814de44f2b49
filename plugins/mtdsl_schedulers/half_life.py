"""Half as much again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, Progress, Stretch
from mtdsl_schedulers.inside import landing


@dataclass(frozen=True)
class HalfLife:
    """Half of the value is left after each `half`: value = a 0.5^(t / half), MiniCPM's decay (arXiv:2404.06395).

    It has no end of its own, so it is a rule: `lr = 1e-2 by half_life(5000 steps)`. The paper has 5000 steps for its models,
    the authors' blog 8000. With an arrow the curve is stretched to land on the arrow's end. Of the curves that are called
    exponential, `geometric` is given both ends, and `megatron_exponential` lands on 0.
    """

    rules: ClassVar[bool] = True

    half: Annotated[float, Positive, Stretch]

    examples: ClassVar = ({"half": "100 steps"},)

    def __call__(self, at: Progress) -> float:
        """1 - 0.5^(t / half); along an arrow divided by what it is at the end."""
        return landing(lambda tokens: 0.5 ** (tokens / self.half), at)
