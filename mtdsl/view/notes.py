"""Docs, citations and conflicts of a plan in words: beside a value, and as the table that ends a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.table import Table

from mtdsl.plan.model import Note

NAMED = 3


def on(notes: Iterable[Note], node: str) -> tuple[Note, ...]:
    """The notes on a node, "" for the recipe."""
    return tuple(note for note in notes if note.node == node)


def about(notes: Iterable[Note], attribute: str) -> tuple[Note, ...]:
    """Those on an attribute and on what stands inside it: `mix.web` is on the `mix`."""
    return tuple(note for note in notes if note.attribute == attribute or note.attribute.startswith(f"{attribute}."))


def doc(notes: Iterable[Note], attribute: str = "") -> str:
    """What the notes say, a line each; what stands inside `attribute` is named."""
    return "\n".join(_named(note, attribute) for note in notes if note.doc)


def cite(notes: Iterable[Note]) -> tuple[str, ...]:
    """All that the notes cite, each once."""
    return tuple(dict.fromkeys(text for note in notes for text in note.cite))


def conflict(notes: Iterable[Note]) -> tuple[str, ...]:
    """All that the notes say is said otherwise elsewhere, each once."""
    return tuple(dict.fromkeys(text for note in notes for text in note.conflict))


def said(doc: str, cite: Sequence[str], conflict: Sequence[str]) -> str:
    """A doc, what it cites and what contradicts it, on one line."""
    return "; ".join(part for part in (doc.replace("\n", " "), *cite, *map(contradicted, conflict)) if part)


def contradicted(text: str) -> str:
    """What another place says, marked as that."""
    return f"conflict: {text}"


def table(notes: Iterable[Note]) -> Table:
    """A row for each doc and what goes with it; nodes that copied it stand together."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in ("note on", "says"):
        made.add_column(head, overflow="fold")
    for (attribute, text, cited, other), nodes in _alike(notes).items():
        made.add_row(_place(nodes, attribute), said(text, cited, other))
    return made


def _alike(notes: Iterable[Note]) -> dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], list[str]]:
    found: dict[tuple[str, str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for note in notes:
        found.setdefault((note.attribute, note.doc, note.cite, note.conflict), []).append(note.node)
    return found


def _place(nodes: list[str], attribute: str) -> str:
    """`the recipe`, `stable.lr`, `a, b, c and 4 more`."""
    named = list(_places(nodes[:NAMED], attribute))
    more = len(nodes) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def _places(nodes: list[str], attribute: str) -> Iterator[str]:
    return (".".join(part for part in (node, attribute) if part) or "the recipe" for node in nodes)


def _named(note: Note, attribute: str) -> str:
    inside = note.attribute.removeprefix(attribute).removeprefix(".")
    return f"{inside}: {note.doc}" if inside else note.doc
