"""Task vectors, most of whose values are dropped at random."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from mtdsl import Bound, NotNegative, Positive
from mtdsl_mergers.blocks import BLOCK, blocks
from mtdsl_mergers.tasks import added, elected, onto, summed

if TYPE_CHECKING:
    import numpy as np
    import torch

    from mtdsl.registry.merging import Merging


@dataclass(frozen=True)
class Dare:
    """DARE (arXiv:2311.03099): what a model adds to the base is dropped at random, and the rest made larger.

    Each value stays with probability `density`. What stays is divided by `density` (`rescale = "density"`, the paper), or made
    as large in the sum of its magnitudes as the whole was (`"norm"`, mergekit). The weighted sum of the vectors, times
    `scale`, is added to the base; with `signs = "elected"` it is the mean of the values that have the sign of the sum, as in
    TIES (mergekit's `dare_ties`). Which values stay follows from `seed`, the tensor's name and the model's place among the
    merged ones alone: the same on every machine and whatever else is merged.
    """

    based: ClassVar[bool] = True

    density: Annotated[float, Bound(low=0, high=1, open_low=True)]
    rescale: Literal["density", "norm"] = "density"
    signs: Literal["all", "elected"] = "all"
    scale: Annotated[float, Positive] = 1.0
    seed: Annotated[int, NotNegative] = 0

    examples: ClassVar = ({"density": "50%"},)

    def of(self, name: str) -> Merging:
        """The merger of the tensor `name`, which has draws of its own."""
        return partial(self, name=name)

    def __call__(self, tensors: Sequence[torch.Tensor], weights: Sequence[float], name: str = "") -> torch.Tensor:
        """The base, `tensors[0]`, and what is left of what the others add to it."""

        def thinned(index: int, base: torch.Tensor, tensor: torch.Tensor) -> Iterator[torch.Tensor]:
            kept = self.kept(name, index, base.shape)
            factor = self._factor(base, tensor, kept)
            return (block.mul_(stays).mul_(factor) for block, stays in zip(added(base, tensor), blocks(kept), strict=True))

        work = elected if self.signs == "elected" else summed
        first = tensors[0]
        return onto(first, work(first, tensors, weights, thinned), self.scale)

    def kept(self, name: str, index: int, shape: Sequence[int]) -> torch.Tensor:
        """Which values of model `index` (from 0, the base not counted) stay in the tensor `name`.

        The draws are numpy's Philox counter generator's, keyed with a hash of seed, index and name: its raw output is a
        stated function of its key.
        """
        import torch

        key = int.from_bytes(blake2b(f"dare {self.seed} {index} {name}".encode(), digest_size=16).digest(), "little")
        return torch.from_numpy(_below(key, math.prod(shape), self.density)).reshape(tuple(shape))

    def _factor(self, base: torch.Tensor, tensor: torch.Tensor, kept: torch.Tensor) -> float:
        """What the values that stay are multiplied by."""
        if self.rescale == "density":
            return 1 / self.density
        before = sum(float(block.abs().sum()) for block in added(base, tensor))
        after = sum(
            float(block.abs().mul_(stays).sum()) for block, stays in zip(added(base, tensor), blocks(kept), strict=True)
        )
        return before / after if after else 1.0


def _below(key: int, count: int, share: float) -> np.ndarray:
    """`count` truth values, each true with probability `share`: raw 64-bit draws below that share of their range."""
    import numpy as np

    if share >= 1:
        return np.ones(count, dtype=bool)
    draws, limit = np.random.Philox(key=key), np.uint64(int(share * 2**64))
    found = np.empty(count, dtype=bool)
    for begin in range(0, count, BLOCK):
        part = found[begin : begin + BLOCK]
        np.less(draws.random_raw(len(part)), limit, out=part)
    return found
