"""A picture of a technique: its numbers, and the lines that draw them in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mtdsl.plan.model import Plan, Plugin, Rule
from mtdsl.registry import Registry
from mtdsl.view import blocks


@dataclass(frozen=True, slots=True)
class Shown:
    """A technique in the plan of its small recipe."""

    kind: str
    plan: Plan
    plugin: Plugin
    registry: Registry

    def made(self) -> Any:
        """The technique itself."""
        return self.registry.build(self.kind, self.plugin.name, self.plugin.params)

    def rule(self) -> Rule:
        """The rule that chooses the weights of the first phase."""
        mix = self.plan.phases[0].mix
        assert mix is not None
        return mix.pieces[0].start.rules[0]


@dataclass(frozen=True, slots=True)
class Picture:
    """`title` says what is drawn, of what; `data` are its numbers, JSON values; `lines` draws them in so many characters."""

    title: str
    data: Mapping[str, Any]
    lines: Callable[[int], Iterator[str]]


def bar(part: float, cells: int) -> str:
    """A bar from the left that fills `part` (0 to 1) of so many cells, to an eighth of one."""
    eighths = " ▏▎▍▌▋▊▉█"
    filled = max(1, round(part * cells * 8)) if part > 0 else 0
    return "█" * (filled // 8) + (eighths[filled % 8] if filled % 8 else "")


def area(values: Sequence[tuple[int, float]], width: int, rows: int, high: float, top: str) -> Iterator[str]:
    """Values (position, value) as an area of `rows` lines, filled by `high`; `top` stands beside the highest line, 0 below."""
    gutter = len(top)
    for row, line in enumerate(blocks.bars(blocks.resample(values, max(width - gutter - 2, 1)), high, rows)):
        label = top if row == 0 else "0" if row == rows - 1 else ""
        yield f"{label:>{gutter}} │{line}"
