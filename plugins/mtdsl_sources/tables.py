"""Documents out of files whose rows Arrow reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import IO, Any

from mtdsl_sources.columns import ROWS, keyed_of, missing
from mtdsl_sources.file import File, corrupt, reading

Opened = tuple[Sequence[str], Callable[[Collection[str]], Iterable[Any]]]
"""The names of all columns, and what gives the record batches of those that are wanted, in the order of the rows."""


def documents(
    file: File, column: str, key: str, form: str, begin: Callable[[IO[bytes]], Opened]
) -> Iterator[tuple[str, object]]:
    """The text of `column` in each row of `file`, with the row's value of `key`, None where there is no such column.

    `begin` reads what the file says of itself; `form` names its format. Raises `Refusal` for what is not as it should be.
    """
    import pyarrow

    try:
        with reading(file.name, form), file.opened() as opened:
            names, batches = begin(opened)
            if column not in names:
                raise missing(column, names, f"`{file.name}`")
            yield from keyed_of(_rows(batches({column, key} & set(names))), column, key, f"`{file.name}`")
    except pyarrow.ArrowException as error:
        raise corrupt(file.name, str(error).partition("\n")[0], form) from error


def _rows(batches: Iterable[Any]) -> Iterator[dict[str, list[object]]]:
    """Batches of few rows, as Python has them: a batch may be a whole file."""
    for batch in batches:
        for at in range(0, batch.num_rows, ROWS):
            yield batch.slice(at, ROWS).to_pydict()
