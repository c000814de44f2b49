"""Documents out of rows: the named column must be there and hold text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mtdsl.diag import Refusal, refuse

ROWS = 256
"""Rows handed over at a time, since handing them over one by one is slow."""


def text_of(row: Mapping[str, Any], column: str, where: str) -> str:
    """The row's document. `where` names the row in the refusal: a missing column, a null, something that is not text."""
    if column not in row:
        raise missing(column, list(row), where)
    return checked(row[column], column, where)


def checked(value: object, column: str, where: str) -> str:
    """The value of a column, which must be text."""
    if isinstance(value, str):
        return value
    what = "is null" if value is None else f"holds {type(value).__name__}, not text"
    raise refuse("source-column", f"`{column}` {what} in {where}", help="leave such rows out, or name another `column`")


def keyed_of(
    batches: Iterable[Mapping[str, Sequence[object]]], column: str, key: str, where: str
) -> Iterator[tuple[str, object]]:
    """The documents in batches of rows that have the column, each with its value in the column `key`.

    That is None where there is no such column. Rows are counted from 1 in refusals.
    """
    number = 0
    for batch in batches:
        values = batch[column]
        for value, found in zip(values, batch.get(key) or [None] * len(values), strict=True):
            number += 1
            yield checked(value, column, f"row {number} of {where}"), found


def missing(column: str, there: Sequence[str], where: str) -> Refusal:
    """The refusal for a column that is not there."""
    listed = ", ".join(f"`{name}`" for name in there) or "no columns"
    return refuse("source-column", f"{where} has no column `{column}`", help=f'it has {listed}; name one: column = "..."')
