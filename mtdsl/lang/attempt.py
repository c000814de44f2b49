"""One attempt to read a piece of text that is not well-formed: where it fails, and what could have stood there."""

from __future__ import annotations

from typing import Any, Literal

from lark import Token, UnexpectedCharacters, UnexpectedToken

from mtdsl.diag import Source, Span
from mtdsl.lang.build import DEEPEST, TooDeep
from mtdsl.lang.failure import END, OPENS, Failure
from mtdsl.lang.grammar import parser


def attempt(source: Source, start: int, end: int, rule: Literal["start", "expression"]) -> Failure:
    """Where reading characters `start` to `end` of `source` as `rule` stops; raises `TooDeep`."""
    state: Any = parser().parse_interactive(source.text[start:end], rule)
    seen: list[Token] = []

    def failed(kind: str, at: int, width: int) -> Failure:
        return Failure(source, start, end, tuple(seen), kind, start + at, width, frozenset(state.accepts()))

    try:
        depth = 0
        for token in state.lexer_thread.lex(state.parser_state):
            state.feed_token(token)
            seen.append(token)
            depth += (token.type in OPENS) - (token.type in OPENS.values())
            if depth > DEEPEST:
                at = start + (token.start_pos or 0)
                raise TooDeep(Span(source, at, at + 1))
        state.feed_eof(seen[-1] if seen else None)
    except UnexpectedCharacters as error:
        return failed("", error.pos_in_stream or 0, 1)
    except UnexpectedToken as error:
        if error.token.type == END:
            last = next((token for token in reversed(seen) if token.type != "_NL"), None)
            return failed(END, (last.start_pos or 0) + len(last) if last else 0, 0)
        return failed(error.token.type, error.token.start_pos or 0, len(error.token))
    raise AssertionError("the engine and Lark's loop read one language")
