"""Sizes, flattened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, SourceFacts


@dataclass(frozen=True)
class Temperature:
    """Weights w ~ n^(1/tau) of the sources' tokens n, or of the shares they are given (mT5, arXiv:2010.11934).

    `tau` 1 is `natural`; larger ones raise small sources, towards equal weights. The paper writes alpha for 1/tau.
    """

    tau: Annotated[float, Positive]

    examples: ClassVar = ({"tau": 2},)

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """n^(1/tau), scaled by the largest so that no size overflows."""
        sizes = [float(source.tokens) if source.share is None else source.share for source in sources]
        largest = max(sizes)
        return [(size / largest) ** (1.0 / self.tau) for size in sizes]
