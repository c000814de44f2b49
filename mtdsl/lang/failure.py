"""Where a parse stopped, with all that is needed to name the mistake."""

from __future__ import annotations

import re
from functools import cached_property

from lark import Token

from mtdsl.diag import Diagnostic, Fix, Label, Source, Span
from mtdsl.frozen import Frozen, node

OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
"""Opening brackets and what closes them."""

END = "$END"
"""Type of the token after the last one."""


@node
class Failure(Frozen):
    """Where a parse stopped.

    The piece is characters `offset` to `end` of the source, and `before` the tokens that were taken. The first that was not has
    type `kind` (empty where no token could be made of the text), stands at `at` in the source, and is `width` characters long.
    `accepts` are the types that could have stood there.
    """

    source: Source
    offset: int
    end: int
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
    def short(self) -> str:
        """The text that was not taken, cut where it is long."""
        text = self.span.text
        return text if len(text) <= 40 else f"{text[:37]}..."

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

    def here(self, width: int) -> Span:
        """The `width` characters from there on."""
        return Span(self.source, self.at, min(self.at + width, len(self.source.text)))

    def next_item(self) -> Span:
        """The word that begins the item behind this piece; empty, and behind the last token, at the end of the file."""
        word = re.compile(r"\w+").match(self.source.text, self.end)
        return Span(self.source, *word.span()) if word else self.span

    def error(
        self,
        id: str,
        message: str,
        *,
        span: Span | None = None,
        mark: str = "",
        more: tuple[Label, ...] = (),
        help: str | None = None,
        fix: Fix | None = None,
    ) -> Diagnostic:
        """The diagnostic that names this failure; `mark` is said under `span`, which is the text not taken if left out."""
        return Diagnostic(id, "error", message, (Label(span or self.span, mark), *more), help, fix)

    def where(self, token: Token) -> Span:
        """What an earlier token covers."""
        begin = self.offset + (token.start_pos or 0)
        return Span(self.source, begin, begin + len(token))
