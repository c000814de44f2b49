"""A soup to which a model is added as long as that helps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import mtdsl
from mtdsl_mergers.average import Average


@dataclass(frozen=True)
class Greedy(Average):
    """The greedy soup (arXiv:2203.05482, recipe 1): the models in the order of a metric, the best first, averaged.

    Each is added where the plain mean with it measures no worse than without it, as in the paper; otherwise it is left out for
    good. `best` says which value of the metric `by` is better, as in `pick`. Of equals the first comes first.
    """

    by: Annotated[str, mtdsl.Word]
    best: Literal["highest", "lowest"] | None = None

    examples: ClassVar = ({"by": "held", "best": '"lowest"'},)

    def choose(self, values: Sequence[float], measure: Callable[[Sequence[float]], float]) -> Sequence[float]:
        """Equal weights of the models that stay, 0 of the others."""
        sign = 1.0 if self.best == "highest" else -1.0
        order = sorted(range(len(values)), key=lambda index: -sign * values[index])
        kept, reached = order[:1], values[order[0]]
        for index in order[1:]:
            tried = measure(_equal([*kept, index], len(values)))
            if sign * tried >= sign * reached:
                kept, reached = [*kept, index], tried
        return _equal(kept, len(values))


def _equal(kept: Sequence[int], count: int) -> list[float]:
    return [1 / len(kept) if index in kept else 0.0 for index in range(count)]
