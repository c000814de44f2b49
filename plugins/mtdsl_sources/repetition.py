"""A filter of text that says the same over and over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from mtdsl import Bound


@dataclass(frozen=True)
class Repetition:
    """Drops documents in which a piece of 1 to `longest` tokens stands `times` times or more in a row.

    The filter of OLMo 2 (arXiv:2501.00656) with its defaults; OLMo-core, whose `instance_filter` this is, drops
    the sequence that such a piece is found in, here it is the document.
    """

    longest: Annotated[int, Bound(low=1)] = 13
    times: Annotated[int, Bound(low=2)] = 32

    def keeps(self, text: str, tokens: Sequence[int]) -> bool:
        """Whether no piece is repeated so often."""
        return not any(self._repeats(tokens, size) for size in range(1, self.longest + 1))

    def _repeats(self, tokens: Sequence[int], size: int) -> bool:
        """Whether so many tokens in a row are those `size` before them that a piece of that size is there `times` times."""
        equal, wanted = 0, size * (self.times - 1)
        for before, token in zip(tokens, tokens[size:], strict=False):
            equal = equal + 1 if token == before else 0
            if equal >= wanted:
                return True
        return False
