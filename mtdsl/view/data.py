"""Sources in the terminal: what is on disk, how long documents are, what a plan takes; and one sequence as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mtdsl.view import numbers

if TYPE_CHECKING:
    from mtdsl.data.figures import Figures
    from mtdsl.data.looking import Part
    from mtdsl.data.looking import Sequence as Shown

BARS = " ▁▂▃▄▅▆▇█"


def stats(found: Sequence[Figures]) -> Group:
    """Tables of what there is and of what is taken, a source a line."""
    return Group(_held(found), Text(), _taken(found))


def sequence(found: Shown) -> Iterator[RenderableType]:
    """A sequence, a line before each document that says which tokens of it these are."""
    yield Text(f"sequence {found.at:,} of `{found.source}` in `{found.phase}`, at step {found.step:,}: {found.length:,} tokens")
    for part in found.parts:
        yield Text(f"--- {_border(part)} ---", style="dim")
        yield Text(part.text)
    if found.padding:
        yield Text(f"--- {found.padding:,} tokens of padding ---", style="dim")


def _border(part: Part) -> str:
    if part.rewritten:
        return f"document {part.document:,}, rewritten, tokens {part.start + 1:,} to {part.stop:,}"
    return f"document {part.document:,}, tokens {part.start + 1:,} to {part.stop:,} of {part.length:,}"


def _held(found: Sequence[Figures]) -> Table:
    table = _table("source", "documents", "held out", "tokens", "bytes a token", "mean length", "longest", "lengths")
    for one in found:
        table.add_row(
            one.name,
            f"{one.documents:,}",
            f"{one.held:,}",
            numbers.count(one.tokens),
            f"{one.bytes / one.tokens:.2f}" if one.bytes else "unknown",
            f"{one.tokens / one.documents:,.0f}",
            f"{one.longest:,}",
            _histogram(one.lengths),
        )
    return table


def _histogram(lengths: Sequence[int]) -> str:
    """`1 ▁▂▇█▃ 4k`: documents by powers of two of their tokens, from the first that has some to the last."""
    first = next((power for power, count in enumerate(lengths) if count), 0)
    most = max(lengths)
    drawn = "".join(BARS[-(-8 * count // most)] for count in lengths[first:])
    return f"{numbers.length(1 << first)} {drawn} {numbers.length(1 << len(lengths))}"


def _taken(found: Sequence[Figures]) -> Table:
    table = _table("source", "by the end of", "takes", "share", "epochs", "unique", "again")
    for one in found:
        read = one.taken
        if read is None:
            table.add_row(one.name, "chosen while it runs", *[""] * 5)
            continue
        counts = (numbers.count(read.unique), numbers.count(read.repeated))
        share = f"{100 * read.share:.3g}%"
        table.add_row(one.name, read.node, numbers.count(read.tokens), share, numbers.passes(read.epochs), *counts)
    return table


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        table.add_column(head, justify="left" if head in ("source", "by the end of", "lengths") else "right", no_wrap=True)
    return table
