"""Documents that begin somewhere in their middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from mtdsl import Chance, Coder, Share


@dataclass(frozen=True)
class ExampleRewriter:
    """A document begins at one of its tokens and goes on from its end with what stood before that one.

    At least the share `least` of its tokens stands before the place, and as much behind it. There is no special token. At the
    `level` of the document a document is turned whole, at that of the context what a window holds of it is.

    Source: none; rotation of documents is among the noises of BART (Lewis et al. 2019, arXiv:1910.13461, section 2.2).
    """

    least: Annotated[float, Share] = 0.0
    level: Literal["document", "context"] = "document"

    def special(self) -> Mapping[str, str]:
        """None."""
        return {}

    def rewrite(self, ids: Sequence[int], special: Mapping[str, int], coder: Coder, chance: Chance) -> list[int]:
        """The ids, turned."""
        at = round(len(ids) * (self.least + (1 - 2 * self.least) * chance.first))
        return [*ids[at:], *ids[:at]]
