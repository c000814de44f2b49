"""Shares that are shares of documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mtdsl import SourceFacts


@dataclass(frozen=True)
class Documents:
    """Weights w_i = s_i n_i / d_i of sources of n_i tokens in d_i documents, whose shares of documents are s_i.

    n_i / d_i is the mean length of a document, so that of all documents that are read s_i are of source i, as where a loader
    draws documents one by one with these probabilities. Sources that are only named are read equally many documents of.
    """

    counts_documents: ClassVar[bool] = True

    def __call__(self, sources: Sequence[SourceFacts]) -> list[float]:
        """Shares times mean lengths, in tokens. Raises `ValueError` where nobody counted a source's documents."""
        return [_share(source) * source.tokens / _documents(source) for source in sources]


def _share(source: SourceFacts) -> float:
    return 1.0 if source.share is None else source.share


def _documents(source: SourceFacts) -> float:
    if not source.documents:
        raise ValueError(f"the documents of `{source.name}` are not counted")
    return source.documents
