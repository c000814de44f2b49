"""Weights as they are given, as far as the sources last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from mtdsl import Positive, SourceFacts, Tokens
from mtdsl_mixers.caps import known, spread


@dataclass(frozen=True)
class EpochCap:
    """The shares that the mixture gives, but no source is read more than `max_epochs` times: the others take what it leaves.

    They take it in proportion to their shares, which changes these as little as can be (the least Kullback-Leibler divergence
    from them). `max_epochs` is one number for all sources or one for each, in the order of the mixture; up to 4 epochs are
    worth nearly as much as new text (arXiv:2305.16264). Sources that are only named have the shares of their sizes.
    `budget` is the tokens that they are read for, those of the phase where it is left out.
    `max_epochs` is `max_source_fraction` times `max_repetition_ratio` of OLMo-core's `SourceMixtureConfig`, which refuses a
    mixture that needs more of a source than that; the attribute `max_epochs` of a source does so here.
    """

    max_epochs: Annotated[float | tuple[float, ...], Positive]
    budget: Annotated[int | None, Positive, Tokens] = None

    examples: ClassVar = ({"max_epochs": 4},)

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """Tokens of each source. Raises `ValueError` where all together are too small, or there are more caps, or fewer."""
        epochs = self.max_epochs if isinstance(self.max_epochs, tuple) else (self.max_epochs,) * len(sources)
        if len(epochs) != len(sources):
            raise ValueError(f"`max_epochs` has {len(epochs)} numbers, and the mixture {len(sources)} sources")
        base = [float(source.tokens) if source.share is None else source.share for source in sources]
        return spread(known(self.budget), base, [most * source.tokens for most, source in zip(epochs, sources, strict=True)])
