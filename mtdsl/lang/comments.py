"""What is said in comments: `##` documents an item or a value, `# mtr: allow(id)` silences a finding on its line."""

from __future__ import annotations

import re
from functools import cached_property

from mtdsl.diag import Report, Source, Span
from mtdsl.diag.nearest import suggest
from mtdsl.diag.report import MOST
from mtdsl.lang.tree import Allow

_COMMENT = re.compile(r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"?|(?P<comment>#[^\n]*)')
_DIRECTIVE = re.compile(r"#\s*mtr:\s*(?P<order>.*?)\s*$")
_ALLOW = re.compile(r"allow\(\s*(?P<ids>[\w-]+(?:\s*,\s*[\w-]+)*)\s*,?\s*\)(?:\s*:\s*(?P<reason>.*))?")
_BESIDE = re.compile(r"##|#\s*mtr:")  # documents an item, or may stand between it and its text
_BEHIND = re.compile(r"[ \t]*,?[ \t]*(?=##)")


class Comments:
    """The comments of one file, found by where they stand."""

    def __init__(self, source: Source) -> None:
        self._source = source
        found = (match for match in _COMMENT.finditer(source.text) if match["comment"])
        self.spans = tuple(Span(source, *match.span()) for match in found)
        self._own_line = {span.line: span.text for span in self.spans if self._first_on_line(span.start)}
        docs = [span for span in self.spans if span.text.startswith("##")]
        self._docs = {span.start: _words(span.text) for span in docs}
        self._above_items = {line: _words(text) for line, text in self._own_line.items() if _BESIDE.match(text)}

    def said_of(self, comment: Span) -> int:
        """The line that a comment speaks of: its own, or for one that stands alone the next with anything but comments."""
        return self._followed.get(comment.line) or comment.line

    @cached_property
    def _followed(self) -> dict[int, int | None]:
        """By line of a comment that stands alone: the next line with anything but comments, None at the end of the file."""
        found: dict[int, int | None] = {}
        for line in reversed(self._own_line):
            after = line + 1
            while after <= len(self._source.line_starts) and not self._source.line(after).strip():
                after += 1
            found[line] = found[after] if after in found else after if after <= len(self._source.line_starts) else None
        return found

    def doc(self, start: int, end: int, opening: int | None = None) -> str:
        """The `##` text above what covers `start` to `end`, and behind it on its last line or its opening brace."""
        if not self._docs:
            return ""
        opened = "" if opening is None else self._behind(opening)
        return "\n".join(filter(None, (self._above(start), opened, self._behind(end))))

    def _first_on_line(self, at: int) -> bool:
        line_start = self._source.text.rfind("\n", 0, at) + 1
        return not self._source.text[line_start:at].strip()

    def _behind(self, at: int) -> str:
        gap = _BEHIND.match(self._source.text, at)
        return self._docs.get(gap.end(), "") if gap else ""

    def _above(self, start: int) -> str:
        line, _ = self._source.position(start)
        if line - 1 not in self._above_items or not self._first_on_line(start):
            return ""
        lines: list[str] = []
        while (line := line - 1) in self._above_items:
            lines.append(self._above_items[line])
        return "\n".join(filter(None, reversed(lines)))


def allows(comments: Comments, report: Report) -> tuple[Allow, ...]:
    """Every `# mtr: allow(...)`; any other `# mtr:` is a warning, since it was meant to do something."""
    found: list[Allow] = []
    others: list[tuple[str, Span]] = []
    for span in comments.spans:
        if not (directive := _DIRECTIVE.search(span.text)):
            continue
        if match := _ALLOW.fullmatch(directive["order"]):
            whole = Span(span.source, span.start + directive.start(), span.end)
            ids = tuple(re.split(r"\s*,\s*", match["ids"]))
            found.append(Allow(whole, ids, comments.said_of(span), match["reason"] or ""))
        else:
            others.append((directive["order"], Span(span.source, span.start + directive.start("order"), span.end)))
    for order, where in others[:MOST]:
        _unknown(order, where, report)
    return tuple(found)


def _unknown(order: str, span: Span, report: Report) -> None:
    word = re.match(r"\w*", order)
    help, fix = suggest(word[0] if word else "", span, ["allow"], "write `# mtr: allow(mask-changes): why`")
    report.warning("unknown-directive", f"`# mtr: {order}` is not understood", span, help=help, fix=fix)


def _words(comment: str) -> str:
    return _DIRECTIVE.sub("", comment).lstrip("#").strip()
