"""Which `=` stand under each other: those of neighbouring entries of a body, and of neighbouring items of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lark import Token

from mtdsl.lang.failure import OPENS
from mtdsl.lang.format.lines import Line

_NAMED = frozenset({"PARAM", "LET", "DATA", "MIX", "EVAL", "MERGE"})
"""Items that are a word, a name and a value."""

Row = tuple[int, int]
"""Index of a line, and of the token in it that is to be aligned."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one body that are of one kind, with nothing between them."""

    kind: str
    rows: list[Row]


def padding(lines: list[Line]) -> dict[Row, int]:
    """Spaces to add before tokens, so that signs of neighbouring lines are under each other."""
    found: dict[Row, int] = {}
    for group in _groups(lines):
        widths = [_width(lines[line].tokens[:token]) for line, token in group.rows]
        found.update({row: max(widths) - width for row, width in zip(group.rows, widths, strict=True)})
    return found


def _groups(lines: list[Line]) -> Iterator[_Group]:
    """All groups; a stack holds the one that is being gathered at each depth of brackets."""
    stack: list[_Group] = [_Group("", [])]
    for at, line in enumerate(lines):
        kind, token = _sign(line.tokens, inside=len(stack) > 1)
        if line.apart or (line.tokens and kind != stack[-1].kind and not _closes(line)):
            yield stack[-1]
            stack[-1] = _Group(kind, [])
        if token:
            stack[-1].rows.append((at, token))
        for word in line.tokens:
            if word.type in OPENS:
                stack.append(_Group("", []))
            elif word.type in OPENS.values():
                yield stack.pop()
    yield from stack


def _closes(line: Line) -> bool:
    return line.tokens[0].type in OPENS.values()


def _sign(tokens: tuple[Token, ...], *, inside: bool) -> tuple[str, int]:
    """The kind of the line and the index of its sign; 0 where it has none to align."""
    types = [token.type for token in tokens[:3]]
    if types[1:2] == ["EQUAL"]:  # a key may be a keyword: `mix = stage1`, `when = none`
        return "entry", 1
    if not inside and len(types) == 3 and types[0] in _NAMED and types[1] == "NAME":
        short = types[2] == "LBRACE" and tokens[-1].type == "RBRACE"
        return (types[0], 2) if short or types[2] == "EQUAL" else ("", 0)
    return "", 0


def _width(tokens: tuple[Token, ...]) -> int:
    return sum(len(token) + 1 for token in tokens) - 1
