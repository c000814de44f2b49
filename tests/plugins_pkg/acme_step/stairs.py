from dataclasses import dataclass
from typing import Annotated

import mtdsl


@dataclass(frozen=True)
class Stairs:
    """Moves in `count` equal jumps, the last one at the end of the arrow."""

    count: Annotated[int, mtdsl.Positive] = 4

    def __call__(self, at: mtdsl.Progress) -> float:
        return int(at.fraction * self.count) / self.count
