"""Where a tree is being built: what its tokens' positions mean, and where remarks go."""

from __future__ import annotations

from dataclasses import dataclass

from lark import Token

from mtdsl.diag import Report, Source, Span
from mtdsl.lang.comments import Comments
from mtdsl.lang.grammar import reserved
from mtdsl.lang.tree import Body


@dataclass(frozen=True)
class Place:
    """The piece of `source` that begins at `offset`."""

    source: Source
    offset: int
    comments: Comments
    report: Report

    def word(self, token: Token) -> Span:
        """What a token covers."""
        assert token.start_pos is not None
        return Span(self.source, self.offset + token.start_pos, self.offset + token.start_pos + len(token))

    def doc(self, span: Span, body: Body | None = None) -> str:
        """The `##` text of what `span` covers, which may open `body`."""
        return self.comments.doc(span.start, span.end, body.span.start + 1 if body else None)

    def declare(self, token: Token) -> tuple[str, Span]:
        """A name that the recipe gives to something, and its span; a keyword is an error, and is kept all the same."""
        span = self.word(token)
        if token in reserved():
            self.report.error("keyword-as-name", f"`{token}` is a keyword", span, help=f"take another name, such as `{token}1`")
        return str(token), span
