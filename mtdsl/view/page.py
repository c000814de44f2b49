"""What a terminal is given: renderables as text, without the characters of a recipe that would move its cursor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

from mtdsl.diag.columns import shown


def drawn(parts: Iterable[RenderableType], *, width: int, color: bool) -> str:
    """The parts one below the other, in lines of at most `width` characters; `color` adds terminal colours."""
    page = StringIO()
    console = Console(
        file=page,
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        highlight=False,
        markup=False,
    )
    for part in parts:
        console.print(_Clean(part))
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().splitlines())


@dataclass(frozen=True, slots=True)
class _Clean:
    """A part whose text cannot speak to the terminal; only the styles that we chose do."""

    part: RenderableType

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.part, options):
            yield segment if segment.text.isprintable() else Segment(_clean(segment.text), segment.style)


def _clean(text: str) -> str:
    return "\n".join(map(shown, text.split("\n")))
