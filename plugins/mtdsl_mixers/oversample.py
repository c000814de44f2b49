"""Sizes, each times a factor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import NotNegative, SourceFacts


@dataclass(frozen=True)
class Oversample:
    """Weights w_i ~ n_i k_i of the sources' tokens n_i, or of the shares they are given: source i is read `times`[i] as often.

    `times` has one number a source, in the order of the mixture. So Marin weighs what its cooldowns are made of: Dolmino's FLAN
    ten times, Wikipedia five times (`starling_hq_cooldown_weights` of marin-community/marin). How often a source is read in
    all still follows from how long a phase trains; `repeat` of a source makes an epoch longer instead.
    """

    times: Annotated[tuple[float, ...], NotNegative]

    examples: ClassVar = ({"times": "[1, 2, 10]"},)

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """Sizes times factors. Raises `ValueError` where there are more of these, or fewer."""
        if len(self.times) != len(sources):
            raise ValueError(f"`times` has {len(self.times)} numbers, and the mixture {len(sources)} sources")
        sizes = (float(source.tokens) if source.share is None else source.share for source in sources)
        return [factor * size for factor, size in zip(self.times, sizes, strict=True)]
