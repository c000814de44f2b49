"""The table that a run ends with: the loss on every source after every phase and merge."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from mtdsl.run.listener import Losses
from mtdsl.view.page import drawn

TITLE = "validation loss (nats a token) by source"


def render(losses: Mapping[str, Losses], *, width: int, color: bool) -> str:
    """Lines of at most `width` characters; empty where nothing was measured."""
    if not losses:
        return ""
    sources = list(dict.fromkeys(source for row in losses.values() for source in row))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("after", *sources):
        table.add_column(name, justify="left" if name == "after" else "right", header_style="dim", overflow="fold")
    for node, row in losses.items():
        table.add_row(node, *(_loss(row, source) for source in sources))
    return f"{TITLE}\n{drawn([table], width=width, color=color)}"


def _loss(row: Losses, source: str) -> str:
    loss = row[source]["loss"] if source in row else None
    return "-" if loss is None else f"{loss:.4f}"
