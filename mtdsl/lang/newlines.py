"""Which newlines end a statement, decided between lexer and parser."""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token
from lark.lark import PostLex

from mtdsl.lang.scanner import CONTINUES

_OPENS = frozenset({"LPAR", "LSQB"})
_CLOSES = frozenset({"RPAR", "RSQB"})


class Newlines(PostLex):
    """Drops the newlines inside `( )` and `[ ]`, and those after an operator; holds no state between parses."""

    always_accept = ("_NL",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens of `stream` without the newlines that do not count."""
        depth, before = 0, ""
        for token in stream:
            if token.type == "_NL" and (depth > 0 or before in CONTINUES):
                continue
            depth += (token.type in _OPENS) - (token.type in _CLOSES)
            before = token.type
            yield token
