"""The chart of a plan in a terminal: phases are columns on one token axis; rate, mixture, window and batch are rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from mtdsl.plan.model import Phase
from mtdsl.view import amounts, axis, blocks, numbers, phrases
from mtdsl.view.columns import Column

RATE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A label, its style, and what stands in a column of a given width."""

    label: str
    style: str
    cell: Callable[[Column, int], str]


def lines(columns: Sequence[Column], sources: Sequence[str], width: int) -> Iterator[Text]:
    """The chart in `width` characters; columns that do not fit beside the others follow below."""
    rows = list(_rows(columns, sources))
    gutter = max(len(row.label) for row in rows) + 1
    least = [_least(column, sources) + 1 for column in columns]
    for number, band in enumerate(axis.bands(least, width - gutter)):
        if number:
            yield Text()
        chosen = [columns[index] for index in band]
        yield from _band(rows, chosen, [least[index] for index in band], gutter, width)


def _band(rows: Sequence[Row], columns: Sequence[Column], least: Sequence[int], gutter: int, width: int) -> Iterator[Text]:
    widths = axis.spread([column.tokens for column in columns], least, width - gutter)
    for row in rows:
        line = Text(no_wrap=True, overflow="ignore")
        line.append(row.label.rjust(gutter - 1) + " ", style="dim")
        for column, wide in zip(columns, widths, strict=True):
            line.append("│", style="dim")
            line.append(row.cell(column, int(wide) - 1), style=row.style)
        yield line


def _rows(columns: Sequence[Column], sources: Sequence[str]) -> Iterator[Row]:
    yield Row("", "bold", lambda column, width: _centred(column.name, width))
    yield Row("tokens", "", lambda column, width: _centred(_budget(column), width))
    top = max((point.lr or 0 for column in columns for point in column.points), default=0)
    for row in range(RATE_ROWS):
        label = f"lr {numbers.rate(top)}" if row == 0 else "0" if row == RATE_ROWS - 1 else ""
        yield Row(label, "cyan", _rate_cell(top, row))
    yield Row("", "", lambda column, width: _centred(phrases.rate(column), width))
    for source in sources:
        yield Row(source, "green", _share_cell(source))
    yield Row("window", "magenta", lambda column, width: _centred(phrases.window(column.node), width))
    yield Row("batch", "yellow", lambda column, width: _centred(_batch(column), width))


def _rate_cell(top: float, row: int) -> Callable[[Column, int], str]:
    def cell(column: Column, width: int) -> str:
        points = [(point.tokens, point.lr or 0.0) for point in column.points]
        return blocks.bars(blocks.resample(points, width), top, RATE_ROWS)[row] if points else " " * width

    return cell


def _share_cell(source: str) -> Callable[[Column, int], str]:
    return lambda column, width: _centred(phrases.share(column, source), width)


def _budget(column: Column) -> str:
    return amounts.budget(column.node) if isinstance(column.node, Phase) else phrases.kind(column.node)


def _batch(column: Column) -> str:
    return phrases.batch(column.node) if isinstance(column.node, Phase) else ""


def _least(column: Column, sources: Sequence[str]) -> int:
    said = (column.name, _budget(column), phrases.rate(column), phrases.window(column.node), _batch(column))
    return max(len(text) for text in (*said, *(phrases.share(column, source) for source in sources))) + 2


def _centred(text: str, width: int) -> str:
    return text[:width].center(width)
