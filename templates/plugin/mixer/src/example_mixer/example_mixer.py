"""Sizes, and a part that is shared out evenly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mtdsl import Share, SourceFacts


@dataclass(frozen=True)
class ExampleMixer:
    """Weights w_i = (1 - e) n_i / sum_j n_j + e / K of K sources with n_i tokens, or with the shares that they are given.

    `even` is e, a share of all tokens: so much is divided evenly, the rest by size, so that no source has less than e / K.

    Source: linear interpolation with the uniform distribution, as of n-gram models (Jelinek and Mercer 1980); no paper on
    mixtures is followed.
    """

    even: Annotated[float, Share] = 0.1

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """One weight a source, in their order, with sum 1."""
        sizes = [float(source.tokens) if source.share is None else source.share for source in sources]
        whole = sum(sizes)
        return [(1 - self.even) * size / whole + self.even / len(sizes) for size in sizes]
