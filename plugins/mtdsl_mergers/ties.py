"""Task vectors, trimmed, of one sign at each place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from mtdsl import Bound, Positive
from mtdsl_mergers.blocks import blocks, wide
from mtdsl_mergers.tasks import added, elected, onto

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Ties:
    """TIES (arXiv:2306.01708): of what each model adds to the base only the largest values, and at each place one sign.

    Of each model's vector the share `density` that is largest in magnitude is kept; the sign of the weighted sum is elected
    at each place; the weighted mean of the values that have it, times `scale`, is added to the base. The paper and its code
    trim a model's vector as a whole; this trims each tensor, as mergekit does, so that no model is ever in memory. Where the
    sum is 0 nothing is added; the paper's code takes the sign that most places have.
    """

    based: ClassVar[bool] = True

    density: Annotated[float, Bound(low=0, high=1, open_low=True)]
    scale: Annotated[float, Positive] = 1.0

    examples: ClassVar = ({"density": "20%"},)

    def __call__(self, tensors: Sequence[torch.Tensor], weights: Sequence[float]) -> torch.Tensor:
        """The base, `tensors[0]`, and what is left of what the others add to it; each is read twice."""
        least: dict[int, float] = {}

        def trimmed(index: int, base: torch.Tensor, tensor: torch.Tensor) -> Iterator[torch.Tensor]:
            if index not in least:
                least[index] = _least(base, tensor, int(self.density * base.numel()))
            return (block.masked_fill_(block.abs() < least[index], 0) for block in added(base, tensor))

        first = tensors[0]
        return onto(first, elected(first, tensors, weights, trimmed), self.scale)


def _least(base: torch.Tensor, tensor: torch.Tensor, count: int) -> float:
    """The smallest of the `count` largest magnitudes of what a model adds; values that equal it are among the kept."""
    import torch

    if count == 0:
        return math.inf
    sizes = torch.empty(base.numel(), dtype=wide(base))
    for into, block in zip(blocks(sizes), added(base, tensor), strict=True):
        torch.abs(block, out=into)
    values = sizes.numpy()
    values.partition(base.numel() - count)  # in place: `kthvalue` takes four times the memory
    return float(values[base.numel() - count])
