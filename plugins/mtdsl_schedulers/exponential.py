"""Equal ratios in equal times."""

from __future__ import annotations

from dataclasses import dataclass

from mtdsl import Progress


@dataclass(frozen=True)
class Exponential:
    """Geometric: value = a (b / a)^p, as epfml's `wsd_schedule("exp")` has it. Both ends must be above 0.

    Two other curves go by this name: MiniCPM's halves every so many steps (arXiv:2404.06395), which is this one
    with the end that it happens to reach; Megatron-LM's is 2 x 0.5^p - 1, which lands on 0.
    """

    def __call__(self, at: Progress) -> float:
        """(1 - r^p) / (1 - r), r the ratio of the ends; p where they are equal."""
        if at.start <= 0 or at.end <= 0:
            raise ValueError("a geometric decay never reaches 0: give it an end above 0")
        ratio = at.end / at.start
        return at.fraction if ratio == 1 else float((1.0 - ratio**at.fraction) / (1.0 - ratio))
