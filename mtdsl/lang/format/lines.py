"""A recipe as its author broke it into lines: tokens, and at most one comment behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lark import Token

from mtdsl.diag import Source
from mtdsl.lang.comments import Comments
from mtdsl.lang.grammar import parser


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on one line, which is never empty; `apart` where an empty line is above it."""

    tokens: tuple[Token, ...]
    comment: str
    apart: bool


def lines(source: Source) -> list[Line]:
    """The lines of a recipe that parses, those that hold something."""
    tokens: dict[int, list[Token]] = {}
    for token in significant(source):
        tokens.setdefault(source.position(token.start_pos or 0)[0], []).append(token)
    comments = {span.line: span.text.rstrip() for span in Comments(source).spans}
    taken = sorted(tokens.keys() | comments.keys())
    return [
        Line(tuple(tokens.get(at, ())), comments.get(at, ""), apart=before is not None and at > before + 1)
        for before, at in zip([None, *taken], taken, strict=False)
    ]


def significant(source: Source) -> list[Token]:
    """The tokens of a recipe that parses, newlines left out."""
    reading: Any = parser().parse_interactive(source.text, "start")
    return [token for token in reading.iter_parse() if token.type != "_NL"]
