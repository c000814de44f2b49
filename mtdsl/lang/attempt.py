"""One attempt to parse a piece of text: a tree, or the failure with all that is needed to name the mistake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from lark import Token, Tree, UnexpectedCharacters, UnexpectedToken

from mtdsl.diag import Source, Span
from mtdsl.lang.build import DEEPEST
from mtdsl.lang.grammar import parser

OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
"""Opening brackets and what closes them."""

END = "$END"
"""Type of the token after the last one."""


@dataclass(frozen=True)
class Failure:
    """Where a parse stopped.

    `before` are the tokens that were taken, `kind` is the type of the first that was not (empty where no token could be
    made of the text), `at` its offset in the source, and `accepts` the types that could have stood there.
    """

    source: Source
    offset: int
    before: tuple[Token, ...]
    kind: str
    at: int
    width: int
    accepts: frozenset[str]

    @property
    def span(self) -> Span:
        """The text that was not taken."""
        return Span(self.source, self.at, self.at + self.width)

    @property
    def rest(self) -> str:
        """The source from there on."""
        return self.source.text[self.at : self.at + 200]

    @property
    def previous(self) -> Token | None:
        """The token before, newlines included."""
        return self.before[-1] if self.before else None

    @property
    def fresh_line(self) -> bool:
        """True where the text that was not taken is the first of its line."""
        column = self.source.position(self.at)[1]
        return not self.source.text[self.at - column + 1 : self.at].strip()

    @cached_property
    def brackets(self) -> tuple[Token, ...]:
        """The brackets that are open, outermost first."""
        still: list[Token] = []
        for token in self.before:
            if token.type in OPENS:
                still.append(token)
            elif token.type in OPENS.values():
                still.pop()
        return tuple(still)

    def where(self, token: Token) -> Span:
        """What an earlier token covers."""
        begin = self.offset + (token.start_pos or 0)
        return Span(self.source, begin, begin + len(token))


class TooDeep(Exception):
    """More brackets are open than may be; `at` is the offset of the last in the text."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def attempt(source: Source, start: int, end: int, rule: Literal["start", "expression"]) -> Tree[Token] | Failure:
    """Parse characters `start` to `end` of `source` as `rule`; raises `TooDeep`."""
    state = parser().parse_interactive(source.text[start:end], rule)
    seen: list[Token] = []

    def failed(kind: str, at: int, width: int) -> Failure:
        return Failure(source, start, tuple(seen), kind, start + at, width, frozenset(state.accepts()))

    try:
        depth = 0
        for token in state.lexer_thread.lex(state.parser_state):
            state.feed_token(token)
            seen.append(token)
            depth += (token.type in OPENS) - (token.type in OPENS.values())
            if depth > DEEPEST:
                raise TooDeep(start + (token.start_pos or 0))
        tree: Tree[Token] = state.feed_eof(seen[-1] if seen else None)
    except UnexpectedCharacters as error:
        return failed("", error.pos_in_stream, 1)
    except UnexpectedToken as error:
        if error.token.type == END:
            last = next((token for token in reversed(seen) if token.type != "_NL"), None)
            return failed(END, (last.start_pos or 0) + len(last) if last else 0, 0)
        return failed(error.token.type, error.token.start_pos or 0, len(error.token))
    return tree
