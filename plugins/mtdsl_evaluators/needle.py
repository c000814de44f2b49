"""Retrieval of one sentence from a long context."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import mtdsl


@dataclass(frozen=True)
class Needle:
    """Needle in a haystack: the share of hidden sentences that the model repeats when asked for them.

    A sentence is hidden at `depths` evenly spaced depths of a text that fills `length` tokens (the window of the phase where it
    is left out), `samples` times each; one counts where the answer holds it word for word (gkamradt/LLMTest_NeedleInAHaystack).
    """

    unit: ClassVar[Literal["share", "number"]] = "share"
    better: ClassVar[Literal["highest", "lowest"]] = "highest"

    depths: Annotated[int, mtdsl.Bound(low=1)] = 10
    samples: Annotated[int, mtdsl.Bound(low=1)] = 1
    length: Annotated[int | None, mtdsl.Length, mtdsl.Bound(low=1)] = None

    def parts(self) -> Sequence[str]:
        """None: it is one number."""
        return ()

    def sources(self) -> Sequence[str]:
        """None: the haystack is made of its own text."""
        return ()
