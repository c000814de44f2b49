"""By what the documents of a source are sorted, where they are not read in a shuffled order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest
from mtdsl.data.reading import Reading, Say
from mtdsl.data.table import Table
from mtdsl.diag import Diagnostic, Refusal
from mtdsl.plan.reading_order import BY_LENGTH

FILE, FORMAT = "keys.npy", 1

Keys = npt.NDArray[np.float64]


def keys_of(reading: Reading, table: Table, cache: Path, say: Say) -> Keys | None:
    """A key for each document of `table`, smallest first; None where they are shuffled.

    A document without a value counts as below all others; `say` how many there are. Raises `Refusal` where none has one, or
    where one is no number.
    """
    source = reading.source
    if source.order == "shuffled":
        return None
    if source.order == "given":
        return np.arange(table.documents, dtype=np.float64)
    keys = np.diff(table.bounds).astype(np.float64) if source.order_by == BY_LENGTH else _column(reading, cache)
    lacking = np.isnan(keys)
    if lacking.all():
        raise _wrong(reading, f"no document of `{source.name}` has a `{source.order_by}`")
    if lacking.any():
        place = "first" if source.order == "ascending" else "last"
        counted = f"{lacking.sum():,} of {len(keys):,} documents of `{source.name}`"
        say(f"{counted} have no `{source.order_by}`; they are read {place}")
    low = np.where(lacking, -np.inf, keys)
    return low if source.order == "ascending" else -low


def _column(reading: Reading, cache: Path) -> Keys:
    """The values of a column, read once and kept beside the tables: they are the same under any tokenizer."""

    def make(folder: Path) -> None:
        np.save(folder / FILE, np.fromiter(_values(reading), np.float64))

    name = digest(reading.fingerprint, reading.source.order_by, FORMAT)
    keys: Keys = np.load(ensure(cache / "keys" / name, make) / FILE)
    return keys


def _values(reading: Reading) -> Iterator[float]:
    column = reading.source.order_by
    for number, value in enumerate(reading.values(column), 1):
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal | None):
            what = f"the `{column}` of document {number:,} of `{reading.source.name}` is {type(value).__name__}, not a number"
            raise _wrong(reading, what)
        yield np.nan if value is None else float(value)


def _wrong(reading: Reading, message: str) -> Refusal:
    hint, about = "sort by a column that holds numbers, or by `doc.length`", (reading.source.name, "order")
    return Refusal(Diagnostic("order-key", "error", message, help=hint, about=about))
