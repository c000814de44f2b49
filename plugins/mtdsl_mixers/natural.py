"""Every source as large as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mtdsl import SourceFacts


@dataclass(frozen=True)
class Natural:
    """Weights w_i = n_i / sum_j n_j in proportion to the tokens n of the sources: all of them last equally many epochs."""

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """The sizes in tokens."""
        return [float(source.tokens) for source in sources]
