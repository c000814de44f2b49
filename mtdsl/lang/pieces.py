"""Cuts a text where its items seem to begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mtdsl.lang.grammar import parser

_LEX = re.compile(
    r'"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"?|#[^\n]*'
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<word>^[a-zA-Z_]\w*)(?P<key>[ \t]*=)?",
    re.M,
)


def item_words() -> frozenset[str]:
    """The keywords that begin an item."""
    start: Any = parser().parse_interactive("", "start")
    return frozenset(name.lower() for name in start.accepts() if name.isalpha() and name != "NAME")


def cut(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each piece, from first to last character.

    An item begins at a word in column 0: at one of the item keywords wherever it stands, since a bracket before it may
    have been left open; at another word only outside brackets.
    """
    words = item_words()
    depth, begin = 0, 0
    for found in _LEX.finditer(text):
        if found["open"]:
            depth += 1
        elif found["close"]:
            depth = max(depth - 1, 0)
        elif found["word"] and (depth == 0 or (found["word"] in words and not found["key"])):
            if found.start() > begin:
                yield begin, found.start()
            depth, begin = 0, found.start()
    if begin < len(text):
        yield begin, len(text)
