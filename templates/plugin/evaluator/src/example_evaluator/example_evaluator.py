"""The loss on held-out text, counted in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from mtdsl import Word


@dataclass(frozen=True)
class ExampleEvaluator:
    """Bits a byte on the held-out documents of the sources `of`: what two tokenizers can be compared by.

    A negative log-likelihood of l nats a token over T tokens of B bytes (UTF-8) is (T / B) l / ln 2 bits a byte. Every source
    by itself is a part (`bits.web`), their number together is over all bytes. Which documents are held out, the source's
    `holdout` says.

    Source: arXiv:2101.00027 (The Pile), section 3.1.
    """

    unit: ClassVar[Literal["share", "number"]] = "number"
    better: ClassVar[Literal["highest", "lowest"]] = "lowest"

    of: Annotated[tuple[str, ...], Word]

    def __post_init__(self) -> None:
        """Raises `ValueError` where there is nothing to measure on."""
        if not self.of:
            raise ValueError("it needs the sources to measure on: `[web, code]`")

    def parts(self) -> Sequence[str]:
        """Its sources."""
        return self.of

    def sources(self) -> Sequence[str]:
        """Its sources."""
        return self.of
