"""Every diagnostic that the core gives, explained: SUBJECT.md beside this file holds them, and nothing else says it again.

`## id`, then one sentence (what is wrong), then why it matters for training and how to mend it. `mtdsl explain`, the rules of
SARIF and docs/diagnostics.md are made of it. A lint is explained by its own docstring instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_HEADING = re.compile(r"^## +(?P<id>\S+) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one id means: a sentence, and the paragraphs that explain it; `subject` is the title of its file."""

    id: str
    subject: str
    summary: str
    explanation: str


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every entry by its id, subject by subject."""
    pages = (path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.md")))
    return {entry.id: entry for page in pages for entry in _entries(page)}


def entry_of(id: str, subject: str, text: str) -> Entry:
    """An entry of its text: the first paragraph is the summary, the rest explains."""
    summary, _, explanation = text.strip().partition("\n\n")
    return Entry(id, subject, " ".join(summary.split()), explanation.strip())


def _entries(page: str) -> Iterator[Entry]:
    title, *parts = _HEADING.split(page)
    subject = title.strip().removeprefix("# ")
    yield from (entry_of(id, subject, text) for id, text in zip(parts[::2], parts[1::2], strict=True))
