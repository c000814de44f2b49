"""A named set of benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import mtdsl


@dataclass(frozen=True)
class Suite:
    """The mean accuracy over a named set of tasks, with `shots` examples before each question.

    `name` is a group or a task of EleutherAI's lm-evaluation-harness. `tasks` are those of the group that a test may ask for by
    themselves: `short.arc_easy`.
    """

    unit: ClassVar[Literal["share", "number"]] = "share"
    better: ClassVar[Literal["highest", "lowest"]] = "highest"

    name: str
    tasks: tuple[str, ...] = ()
    shots: Annotated[int, mtdsl.NotNegative] = 0

    examples: ClassVar = ({"name": '"arc_easy"', "shots": 5},)

    def parts(self) -> Sequence[str]:
        """Its tasks."""
        return self.tasks

    def sources(self) -> Sequence[str]:
        """None: tasks bring their own text."""
        return ()
