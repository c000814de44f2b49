"""A sheet of small runs as CSV: columns of shares and of losses, a row a run. What is wrong is told by its line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from math import isfinite

from mtdsl.diag import Refusal, Report, Source, Span, refuse
from mtdsl.registry import Proxies

NEARLY = 0.005
"""By how much the shares of a row may miss 1: sheets round."""

NAME = re.compile(r"[a-zA-Z_]\w*")
"""What a recipe can call a source."""

Row = tuple[Span, list[str]]


@dataclass(frozen=True)
class Columns:
    """Which columns are which: what a header begins with, the rest of it being the name; others are left alone."""

    mix: str = "mix."
    loss: str = "loss."


def read(source: Source, columns: Columns, targets: Mapping[str, float]) -> Proxies:
    """The runs of a sheet. `targets` are losses by name and their weights; none of them are all losses alike.

    Raises a `Refusal` with all that is wrong, each at its line.
    """
    report = Report()
    rows = list(_rows(source))
    if not rows:
        raise _refused(report, "fit-header", f"`{source.path}` is empty", help=_way_out(columns))
    (where, header), *runs = rows
    _unique(header, where, report)
    shares, losses = (_named(header, prefix) for prefix in (columns.mix, columns.loss))
    _check(shares, losses, targets, columns, where, report)
    chosen = {name: losses[name] for name in targets or losses if name in losses}
    if report.failed:
        raise Refusal(*report)
    table = [_numbers(run, header, [*shares.values(), *chosen.values()], report) for run in runs]
    for (at, _), numbers in zip(runs, table, strict=True):
        _check_shares(at, list(shares), numbers[: len(shares)], report)
    if not report.failed:
        _check_change([*shares.values(), *chosen.values()], header, table, where, report)
    if report.failed:
        raise Refusal(*report)
    whole = sum(targets.values()) if targets else len(chosen)
    weights = tuple((targets[name] if targets else 1) / whole for name in chosen)
    count = len(shares)
    return Proxies(
        tuple(shares), tuple(tuple(row[:count]) for row in table), tuple(tuple(row[count:]) for row in table), weights
    )


def _rows(source: Source) -> Iterator[Row]:
    """The rows that say something, each with its last line. Raises a `Refusal` at a row with too long a cell."""
    reader, ended = csv.reader(StringIO(source.text)), 0
    try:
        for cells in reader:
            ended = reader.line_num
            if any(cell.strip() for cell in cells):
                yield _line(source, ended), [cell.strip() for cell in cells]
    except csv.Error as error:  # the only one that text can raise here
        message = f"a cell is longer than {csv.field_size_limit():,} characters"
        help_ = "close a quote that is left open, or leave out a column of long text"
        raise refuse("fit-number", message, _line(source, ended + 1), help=help_) from error


def _line(source: Source, number: int) -> Span:
    """A line, counted from 1, as a span."""
    start = source.line_starts[number - 1]
    return Span(source, start, start + len(source.line(number)))


def _named(header: Sequence[str], prefix: str) -> dict[str, int]:
    """The columns that begin so, by the rest of their names."""
    return {name.removeprefix(prefix): at for at, name in enumerate(header) if name.startswith(prefix) and name != prefix}


def _unique(header: Sequence[str], where: Span, report: Report) -> None:
    for name in dict.fromkeys(name for name in header if name and header.count(name) > 1):
        report.error("fit-header", f"`{name}` heads {header.count(name)} columns", where, help="keep one of them")


def _check(
    shares: Mapping[str, int],
    losses: Mapping[str, int],
    targets: Mapping[str, float],
    columns: Columns,
    where: Span,
    report: Report,
) -> None:
    if len(shares) < 2:
        message = (
            f"{'one column begins' if shares else 'no column begins'} with `{columns.mix}`: a mixture has two sources or more"
        )
        report.error("fit-header", message, where, help=_way_out(columns))
    if not losses:
        report.error("fit-header", f"no column begins with `{columns.loss}`", where, help=_way_out(columns))
    for name in shares:
        if not NAME.fullmatch(name):
            help_ = "name the column as the recipe names the source"
            report.error("fit-header", f"`{name}` is no name that a recipe can give a source", where, help=help_)
    for name in targets if losses else ():
        if name not in losses:
            listed = ", ".join(f"`{other}`" for other in losses)
            report.error("fit-header", f"there is no loss `{name}`", where, help=f"there are {listed}")


def _numbers(run: Row, header: Sequence[str], wanted: Sequence[int], report: Report) -> list[float]:
    """The numbers of a row in these columns; 0 for what is none, after saying so."""
    where, cells = run
    if len(cells) != len(header):
        report.error("fit-number", f"{len(cells)} cells stand below {len(header)} headers", where)
        return [0.0] * len(wanted)
    return [_number(cells[at], header[at], where, report) for at in wanted]


def _number(cell: str, name: str, where: Span, report: Report) -> float:
    try:
        value = float(cell)
    except ValueError:
        report.error("fit-number", f"`{name}` is {f'`{cell}`, which is no number' if cell else 'empty'}", where)
        return 0.0
    if not isfinite(value):
        help_ = "leave out the row of a run that diverged"
        report.error("fit-number", f"`{name}` is `{cell}`, which is no loss or share that can be fitted", where, help=help_)
        return 0.0
    return value


def _check_shares(where: Span, names: Sequence[str], shares: Sequence[float], report: Report) -> None:
    below = [name for name, share in zip(names, shares, strict=True) if share < 0]
    if below:
        report.error("fit-share", f"the share of `{below[0]}` is below 0", where)
    elif any(one.labels and one.labels[0].span == where for one in report):
        return  # a cell that is no number: the sum is not what was meant
    elif abs(sum(shares) - 1) > NEARLY:
        help_ = "divide them by their sum" if sum(shares) else None
        report.error("fit-share", f"the shares sum to {sum(shares):.4g}, not 1", where, help=help_)


def _check_change(
    at: Sequence[int], header: Sequence[str], table: Sequence[Sequence[float]], where: Span, report: Report
) -> None:
    for place, column in zip(at, zip(*table, strict=True), strict=False):
        if len(set(column)) == 1:
            help_ = "leave the column out, or add runs in which it differs"
            report.error("fit-constant", f"`{header[place]}` is {column[0]:g} in every row: nothing follows", where, help=help_)


def _way_out(columns: Columns) -> str:
    return (
        f"head a source's column `{columns.mix}NAME` and a loss's `{columns.loss}NAME`, apart by commas, or say otherwise: "
        "`--mix PREFIX`, `--loss PREFIX`"
    )


def _refused(report: Report, id: str, message: str, help: str) -> Refusal:
    report.error(id, message, help=help)
    return Refusal(*report)
