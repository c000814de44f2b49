"""Small plans, and tables whose every token is another number, so that tokens can be counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from phases import byhand

from mtdsl.data import Corpus, Table
from mtdsl.data import Piece as Reference
from mtdsl.data.order import Cursor, Order
from mtdsl.plan.model import (
    Blend,
    Curve,
    Known,
    Parent,
    Phase,
    Piece,
    Plan,
    Plugin,
    Source,
    Tokenizer,
    Totals,
)

UNKNOWN = Known(None, "unknown")


def table(lengths: Sequence[int], held: int = 0, first: int = 0) -> Table:
    """A table of documents of these lengths, the last `held` of them held out; tokens count up from `first`."""
    bounds = np.cumsum([0, *lengths])
    tokens = np.arange(first, first + int(bounds[-1]), dtype=np.uint32)
    return Table((tokens,), bounds, np.arange(len(lengths), dtype=np.uint64), np.arange(len(lengths) - held, len(lengths)))


def trained(table: Table) -> list[int]:
    """The documents that are trained on, in the source's order."""
    return table.training(np.arange(table.trained)).tolist()


def counted(source: Table, pieces: Iterable[Reference]) -> Counter[int]:
    """How often each token of a table is in `pieces`, tokens by their place in the whole table."""
    return Counter(int(source.bounds[piece.document]) + at for piece in pieces for at in range(piece.start, piece.stop))


def prefix(source: Table, seed: int, cursor: Cursor) -> Counter[int]:
    """The same for every token before `cursor`, gone through one by one."""
    order, pieces = Order(source, seed), []
    for epoch in range(cursor.epoch + 1):
        for rank in range(source.trained if epoch < cursor.epoch else cursor.rank):
            document, length = order.document(epoch, rank)
            pieces.append(Reference(document, 0, length))
    if cursor.offset:
        pieces.append(Reference(order.document(cursor.epoch, cursor.rank)[0], 0, cursor.offset))
    return counted(source, pieces)


def corpus(**tables: Table) -> Corpus:
    return Corpus(Path("none"), "hash", 1 << 30, 0, 0, tables, dict.fromkeys(tables, "content"))


def blend(**shares: str) -> Blend:
    return Blend({name: Fraction(share) for name, share in shares.items()})


def standing(mix: Blend) -> Curve[Blend]:
    return Curve((Piece(Fraction(0), Fraction(0), mix, mix),))


def phase(
    name: str, mix: Blend | Curve[Blend] | None, steps: int, sequences: int = 4, length: int = 16, **more: object
) -> Phase:
    return byhand(name, steps, sequences, length, **{"mix": standing(mix) if isinstance(mix, Blend) else mix, **more})


def after(parent: Phase, at: int | None = None) -> dict[str, object]:
    return {"parents": (Parent(parent.name, at),)}


def source(name: str, plugin: str | None = "text", **more: object) -> Source:
    settings = {key: more.pop(key) for key in list(more) if key in ("path", "column", "document", "part", "name_")}
    return Source(name, Plugin(plugin, settings) if plugin else None, more.pop("tokens", UNKNOWN), UNKNOWN, **more)


def plan(phases: Sequence[Phase], sources: Sequence[Source] = (), tokenizer: Tokenizer | None = None) -> Plan:
    order = tuple(phase.name for phase in phases)
    made = Tokenizer("bpe", {"vocab": 300}) if tokenizer is None else tokenizer
    totals = Totals(0, 0, UNKNOWN)
    return Plan("t", "", {}, None, made, (), tuple(sources), tuple(phases), (), order, order[-1:], (), (), totals)
