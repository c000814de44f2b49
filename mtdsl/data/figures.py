"""What the sources of a plan hold, how long their documents are, and what the plan takes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mtdsl.data.shards import text_bytes
from mtdsl.data.usage import taken

if TYPE_CHECKING:
    from mtdsl.data.corpus import Corpus
    from mtdsl.data.table import Table
    from mtdsl.plan.model import Plan
    from mtdsl.registry import Registry

CHUNK = 1 << 20
"""Documents whose lengths are looked at together."""


@dataclass(frozen=True)
class Intake:
    """What a plan takes of a source along the lineage that reads most of it, which ends in `node`; in training tokens.

    `share` is of all tokens along that lineage. `unique` tokens are read once at least, `repeated` are those read again.
    """

    node: str
    tokens: int
    share: float
    epochs: float
    unique: int
    repeated: int


@dataclass(frozen=True)
class Figures:
    """A source as it is on disk. `tokens` and `documents` count all, `held` documents among them are kept for validation.

    `bytes` of UTF-8 is what the text was, 0 where the source holds tokens. `lengths[k]` documents have from `2**k` up to
    below `2**(k + 1)` tokens. `taken` is None where shares are chosen while the plan runs.
    """

    name: str
    documents: int
    tokens: int
    held: int
    bytes: int
    longest: int
    lengths: tuple[int, ...]
    taken: Intake | None


def figures(plan: Plan, corpus: Corpus, registry: Registry) -> Iterator[Figures]:
    """Those of every source that a phase is fed, in the order of the recipe."""
    used = taken(plan, corpus.epochs, registry)
    for source in plan.sources:
        table = corpus.tables.get(source.name)
        if table is not None:
            lengths, longest = _lengths(table)
            read = _intake(source.name, table, used)
            size = text_bytes(Path(str(table.bounds.filename)).parent) if isinstance(table.bounds, np.memmap) else 0
            yield Figures(source.name, table.documents, table.total, len(table.validation), size, longest, lengths, read)


def _intake(name: str, table: Table, used: dict[str, dict[str, int]]) -> Intake | None:
    told = {node: of for node, of in used.items() if name in of}
    if not told:
        return None
    node = max(told, key=lambda node: told[node][name])
    tokens, whole = told[node][name], sum(told[node].values())
    unique = min(tokens, table.size)
    return Intake(node, tokens, tokens / max(whole, 1), tokens / max(table.size, 1), unique, tokens - unique)


def _lengths(table: Table) -> tuple[tuple[int, ...], int]:
    """Documents by the power of two that their length begins with, and the longest; looked at in chunks."""
    counts, longest = np.zeros(64, np.int64), 0
    for at in range(0, table.documents, CHUNK):
        lengths = np.diff(table.bounds[at : at + CHUNK + 1])
        longest = max(longest, int(lengths.max()))
        powers = np.frexp(np.maximum(lengths, 1).astype(np.float64))[1] - 1
        counts += np.bincount(powers, minlength=64)
    return tuple(counts[: longest.bit_length()].tolist()), longest
