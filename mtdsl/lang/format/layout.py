"""Indents lines by the brackets that are open, and puts comments under each other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from lark import Token

from mtdsl.diag.columns import width
from mtdsl.lang.failure import OPENS
from mtdsl.lang.format.columns import padding
from mtdsl.lang.format.lines import Line
from mtdsl.lang.format.spaces import space
from mtdsl.lang.scanner import CONTINUES

STEP = 4


@dataclass(frozen=True, slots=True)
class _Frame:
    """An open bracket: the column of lines inside it, that of a line which closes it, and whether lines end entries in it."""

    inside: int
    outside: int
    entries: bool


class _Page:
    """What was laid out so far, the brackets that are open there and the last two tokens."""

    def __init__(self) -> None:
        self.frames = [_Frame(0, 0, entries=True)]
        self.before: Token | None = None
        self.last: Token | None = None

    def indent(self, first: Token | None) -> int:
        """The column of a line that begins with `first`, or holds a comment only."""
        frame = self.frames[-1]
        if first is not None and first.type in OPENS.values():
            return frame.outside
        goes_on = frame.entries and self.last is not None and self.last.type in CONTINUES
        return frame.inside + STEP * goes_on

    def take(self, tokens: tuple[Token, ...], pads: dict[int, int]) -> str:
        """The text of a line; `pads` are spaces to add before tokens, by index."""
        if not tokens:
            return ""
        indent = self.indent(tokens[0])
        text = " " * indent
        for at, token in enumerate(tokens):
            if at and self.last is not None:
                text += space(self.before, self.last, token) + " " * pads.get(at, 0)
            text += token
            self._follow(token, indent, width(text), is_last=at == len(tokens) - 1)
        return text

    def _follow(self, token: Token, indent: int, column: int, *, is_last: bool) -> None:
        frame = self.frames[-1]
        if token.type in OPENS.values():
            self.frames.pop()
        elif token.type == "LBRACE" and frame.entries:
            self.frames.append(_Frame(frame.inside + STEP, frame.inside, entries=True))
        elif token.type == "LBRACE" or (token.type in OPENS and is_last):
            self.frames.append(_Frame(indent + STEP, indent, entries=False))
        elif token.type in OPENS:
            self.frames.append(_Frame(column, column - 1, entries=False))
        self.before, self.last = self.last, token


def laid_out(lines: list[Line]) -> str:
    """The text of `lines`, each ended by a newline."""
    page, pads = _Page(), _by_line(padding(lines))
    indents: list[int] = []
    texts: list[str] = []
    for at, line in enumerate(lines):
        indents.append(page.indent(line.tokens[0] if line.tokens else None))
        texts.append(page.take(line.tokens, pads.get(at, {})) or " " * indents[-1])
    commented = _commented(lines, texts, indents)
    return "".join("\n" * line.apart + text + "\n" for line, text in zip(lines, commented, strict=True))


def _by_line(pads: dict[tuple[int, int], int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for (line, token), spaces in pads.items():
        found.setdefault(line, {})[token] = spaces
    return found


def _commented(lines: list[Line], texts: list[str], indents: list[int]) -> list[str]:
    """The lines with their comments; behind neighbouring lines of one body they are under each other."""
    columns = [width(text) + 2 if line.tokens and line.comment else 0 for line, text in zip(lines, texts, strict=True)]
    for order in (range(len(lines)), range(len(lines) - 1, -1, -1)):  # the widest wins, whichever comes first
        for one, other in pairwise(order):
            together = columns[one] and columns[other] and indents[one] == indents[other]
            if together and not lines[max(one, other)].apart and not (_borders(lines[one]) or _borders(lines[other])):
                columns[other] = max(columns[one], columns[other])
    return [
        text + " " * max(column - width(text), 0) + line.comment
        for line, text, column in zip(lines, texts, columns, strict=True)
    ]


def _borders(line: Line) -> bool:
    """Whether a body or list begins behind the line, or has ended before it."""
    return line.tokens[-1].type in OPENS or line.tokens[0].type in OPENS.values()
