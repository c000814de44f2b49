"""The loss on held-out documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mtdsl import Word


@dataclass(frozen=True)
class HeldOutLoss:
    """The mean negative log-likelihood a token, in nats, on the held-out documents of the sources `of`.

    Every source by itself is a part: `held.web`. Their mean is over tokens. Which documents are held out, the source's
    `holdout` says.
    """

    unit: ClassVar[Literal["share", "number"]] = "number"
    better: ClassVar[Literal["highest", "lowest"]] = "lowest"

    of: Annotated[tuple[str, ...], Word]

    examples: ClassVar = ({"of": "[a]"},)

    def __post_init__(self) -> None:
        """Raises `ValueError` where there is nothing to measure on."""
        if not self.of:
            raise ValueError("it needs the sources to measure on: `loss([web, code])`")

    def parts(self) -> Sequence[str]:
        """Its sources."""
        return self.of

    def sources(self) -> Sequence[str]:
        """Its sources."""
        return self.of
