"""Where a tree is being built: what its tokens' positions mean, and where remarks go."""

from __future__ import annotations

from mtdsl.diag import Report, Source, Span
from mtdsl.frozen import Frozen, node
from mtdsl.lang.comments import Comments
from mtdsl.lang.grammar import reserved
from mtdsl.lang.tree import Body


class Word(str):
    """A token that says something, and its first character in the piece that is read."""

    __slots__ = ("start_pos",)
    start_pos: int

    @staticmethod
    def at(text: str, start_pos: int) -> Word:
        """The word `text` at `start_pos`."""
        word = Word(text)
        word.start_pos = start_pos
        return word


@node
class Place(Frozen):
    """The piece of `source` that begins at `offset`."""

    source: Source
    offset: int
    comments: Comments
    report: Report

    def word(self, token: Word) -> Span:
        """What a token covers."""
        return Span(self.source, self.offset + token.start_pos, self.offset + token.start_pos + len(token))

    def doc(self, span: Span, body: Body | None = None) -> str:
        """The `##` text of what `span` covers, which may open `body`."""
        return self.comments.doc(span.start, span.end, body.span.start + 1 if body else None)

    def declare(self, token: Word) -> tuple[str, Span]:
        """A name that the recipe gives to something, and its span; a keyword is an error, and is kept all the same."""
        span = self.word(token)
        if token in reserved():
            self.report.error("keyword-as-name", f"`{token}` is a keyword", span, help=f"take another name, such as `{token}1`")
        return str(token), span
