"""A technique as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mtdsl.registry.parameters import Parameter
from mtdsl.registry.wording import default, takes
from mtdsl.view import page
from mtdsl.view.technique.described import Described

WIDEST = 100
"""Characters of a line of text, however wide the terminal is."""


def render(about: Described, *, width: int, color: bool) -> str:
    """The technique in lines of at most `width` characters (60 at least)."""
    wide = min(max(width, 60), WIDEST)
    return page.drawn(_parts(about, wide), width=wide, color=color)


def _parts(about: Described, width: int) -> Iterator[RenderableType]:
    entry = about.entry
    yield Text.assemble((entry.name, "bold"), f"  {entry.kind} of {entry.package} {entry.version}".rstrip())
    for paragraph in about.doc.split("\n\n"):
        yield ""
        yield Text(" ".join(paragraph.split()))
    if about.parameters:
        yield ""
        yield _table(about)
    if about.line:
        yield ""
        yield Padding(Text(about.line, style="dim"), (0, 0, 0, 4))
    if about.picture:
        yield ""
        yield Text(about.picture.title)
        for number, line in enumerate(about.picture.lines(width)):
            if not number:
                yield ""
            yield Text(line, style="cyan", no_wrap=True, overflow="ignore")
    if about.missing:
        yield ""
        yield Text(about.missing)


def _table(about: Described) -> Table:
    """What each parameter takes; what is said of it, where that does not stand in the text above."""
    above = " ".join(about.doc.split())
    rows = [_row(one, "" if about.docs[one.name] in above else about.docs[one.name]) for one in about.parameters]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for index, head in enumerate(("parameter", "takes", "default", "")):
        if head or any(row[index] for row in rows):
            table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row[: len(table.columns)])
    return table


def _row(one: Parameter, said: str) -> tuple[str, str, str, str]:
    return one.name, takes(one), "none, it is needed" if one.required else default(one), said


def body(about: Described) -> dict[str, Any]:
    """The same as JSON values; `default` is null and `required` false for a parameter that may be left out."""
    entry, picture = about.entry, about.picture
    return {
        "kind": entry.kind,
        "name": entry.name,
        "package": entry.package,
        "version": entry.version,
        "entry_point": entry.plugin,
        "factory": entry.descriptor.factory,
        "called": list(entry.descriptor.called),
        "doc": about.doc,
        "parameters": [
            {
                "name": one.name,
                "takes": takes(one),
                "unit": one.dimension,
                "required": one.required,
                "default": None if one.required else one.default,
                "doc": about.docs[one.name],
            }
            for one in about.parameters
        ],
        "recipe": about.line,
        "picture": {"title": picture.title, **picture.data} if picture else None,
        "missing": about.missing,
    }
