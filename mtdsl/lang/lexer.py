"""The lexer: one regular expression for nearly all states of the parser.

Lark's contextual lexer compiles an expression for each state that it meets, most of the time that a short recipe takes.
Here all states share one, and a word is a keyword only if the state accepts it. A lexer of fewer terminals finds something else
only where the shared one finds what the state does not accept, so nothing is lost but this: a keyword ends where its word ends,
and `576 x4k` is not `576 x 4k`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from copy import copy
from typing import Any

from lark import Token
from lark.common import LexerConf
from lark.exceptions import UnexpectedCharacters, UnexpectedToken
from lark.lexer import BasicLexer, ContextualLexer, LexerState

from mtdsl.lang.scanner import NARROW


class SharedLexer(ContextualLexer):
    """Takes the place of Lark's contextual lexer; finds the same tokens, whole words only."""

    def __init__(self, conf: LexerConf, states: dict[int, Collection[str]], always_accept: Collection[str] = ()) -> None:
        extra = frozenset(conf.ignore) | frozenset(always_accept)
        self._accepts = {state: extra.union(accepts) for state, accepts in states.items()}
        self._conf = conf
        self._is_unit = re.compile(conf.terminals_by_name["UNIT"].pattern.to_regexp()).fullmatch
        self._shared = self._lexer(frozenset(terminal.name for terminal in conf.terminals) - NARROW - {"UNIT"})

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Token]:
        """The tokens of a text, each lexed in the state that the parser is in by then."""
        try:
            while True:
                yield self._next(lexer_state, parser_state)
        except EOFError:
            return

    def _next(self, lexer_state: LexerState, parser_state: Any) -> Token:
        accepts = self._accepts[parser_state.position]
        if not accepts.isdisjoint(NARROW):
            token = self._next_narrow(accepts, lexer_state, parser_state)
        else:
            token = self._shared.next_token(lexer_state, parser_state)
        if token.type in accepts:
            return token
        if "NAME" in accepts and token.isidentifier():
            return Token.new_borrow_pos("NAME", token, token)
        if "UNIT" in accepts and self._is_unit(token):
            return Token.new_borrow_pos("UNIT", token, token)
        raise UnexpectedToken(token, set(accepts), state=parser_state)  # type: ignore[no-untyped-call]

    def _next_narrow(self, accepts: frozenset[str], lexer_state: LexerState, parser_state: Any) -> Token:
        try:
            return self._lexer(accepts).next_token(lexer_state, parser_state)
        except UnexpectedCharacters:
            return self._shared.next_token(lexer_state, parser_state)

    def _lexer(self, accepts: frozenset[str]) -> BasicLexer:
        conf = copy(self._conf)
        conf.terminals = [terminal for terminal in self._conf.terminals if terminal.name in accepts]
        conf.skip_validation = True
        return BasicLexer(conf)
