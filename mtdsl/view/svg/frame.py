"""Where each column of the picture stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mtdsl.plan.model import Known, Phase
from mtdsl.view import amounts, axis, numbers, phrases
from mtdsl.view.columns import Column
from mtdsl.view.svg.style import GAP, GLYPH, GUTTER, WIDTH

BREAK = 14.0
"""Room before a column that does not go on from its left neighbour."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A column with its left edge and its width in pixels."""

    column: Column
    left: float
    width: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def middle(self) -> float:
        """Its middle."""
        return self.left + self.width / 2

    def x(self, tokens: float) -> float:
        """Where a token of the phase lies."""
        return self.left + (self.width * tokens / self.column.tokens if self.column.tokens else 0.0)


@dataclass(frozen=True)
class Frame:
    """All columns, the sources in the order of first mention, and what the weights had seen where each node ends."""

    slots: tuple[Slot, ...]
    sources: tuple[str, ...]
    seen: Mapping[str, Known]

    @classmethod
    def of(cls, columns: Sequence[Column], seen: Mapping[str, Known]) -> Frame:
        """Lay the columns out on one axis."""
        breaks = [0.0 if column.follows or not index else BREAK for index, column in enumerate(columns)]
        least = [_least(column, amounts.known(seen[column.name]) if column.name in seen else "") for column in columns]
        widths = axis.spread([column.tokens for column in columns], least, WIDTH - GUTTER - GAP - sum(breaks))
        slots, left = [], GUTTER
        for column, gap, width in zip(columns, breaks, widths, strict=True):
            slots.append(Slot(column, left + gap, width))
            left += gap + width
        sources = dict.fromkeys(name for column in columns for name in phrases.mixed(column))
        return cls(tuple(slots), tuple(sources), seen)

    @cached_property
    def right(self) -> float:
        """The right edge of the last column."""
        return self.slots[-1].right if self.slots else WIDTH - GAP


def budget(column: Column) -> str:
    """What stands under the name: `2.46M tokens`, `at most 133B tokens`, or what the node is."""
    node = column.node
    return amounts.sure(node, f"{numbers.count(node.tokens)} tokens") if isinstance(node, Phase) else phrases.kind(node)


def fit(text: str, width: float) -> str:
    """`text`, shortened to so many pixels: `anneal[11…`; nothing where not even three characters fit."""
    room = int(width / GLYPH)
    if len(text) <= room:
        return text
    return f"{text[: room - 1]}…" if room > 3 else ""


def _least(column: Column, seen: str) -> float:
    node = column.node
    sizes = phrases.batch(node) if isinstance(node, Phase) else ""
    said = (f"{column.name} ", budget(column), phrases.rate(column), phrases.window(node), sizes, f"{seen} ")
    return max(len(text) for text in said) * GLYPH + 12
