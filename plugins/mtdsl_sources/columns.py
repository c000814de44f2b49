"""Documents out of rows: the named column must be there and hold text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mtdsl.diag import Refusal, refuse


def text_of(row: Mapping[str, Any], column: str, where: str) -> str:
    """The row's document. `where` names the row in the refusal: a missing column, a null, something that is not text."""
    if column not in row:
        raise missing(column, list(row), where)
    value = row[column]
    if isinstance(value, str):
        return value
    what = "is null" if value is None else f"holds {type(value).__name__}, not text"
    raise refuse("source-column", f"`{column}` {what} in {where}", help="leave such rows out, or name another `column`")


def texts_of(rows: Iterable[Mapping[str, Any]], column: str, where: str) -> Iterator[str]:
    """The documents of all rows, counted from 1 in refusals."""
    for number, row in enumerate(rows, 1):
        yield text_of(row, column, f"row {number} of {where}")


def missing(column: str, there: Sequence[str], where: str) -> Refusal:
    """The refusal for a column that is not there."""
    listed = ", ".join(f"`{name}`" for name in there) or "no columns"
    return refuse("source-column", f"{where} has no column `{column}`", help=f'it has {listed}; name one: column = "..."')
