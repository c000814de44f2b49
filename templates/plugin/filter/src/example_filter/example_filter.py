"""A filter of text that is hardly text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mtdsl import Share


@dataclass(frozen=True)
class ExampleFilter:
    """Drops documents of whose characters, white space not counted, less than the share `letters` are letters.

    A letter is what Unicode calls one (`str.isalpha`), in any script. A document of white space alone is dropped.

    Source: Gopher drops documents in which fewer than 80 % of the words have a letter (arXiv:2112.11446, appendix A.1.1); this
    counts characters, and its default is its own.
    """

    letters: Annotated[float, Share] = 0.6

    def keeps(self, text: str, tokens: Sequence[int]) -> bool:
        """Whether the document is read."""
        shown = sum(not char.isspace() for char in text)
        return shown > 0 and sum(map(str.isalpha, text)) >= self.letters * shown
