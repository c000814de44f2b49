"""How wide text is on a terminal: tabs, wide and combining characters, and those that must not reach it."""

from __future__ import annotations

import unicodedata

TAB = 4
"""Columns from one tab stop to the next."""


def shown(line: str) -> str:
    """`line` with its tabs as spaces, and a sign for each character that would move the cursor."""
    drawn = ""
    at = 0
    for char in line:
        piece = " " * (TAB - at % TAB) if char == "\t" else _safe(char)
        drawn += piece
        at += width(piece)
    return drawn


def width(text: str) -> int:
    """Columns that printable `text` takes."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _safe(char: str) -> str:
    return char if char.isprintable() or unicodedata.category(char) == "Mn" else "\N{REPLACEMENT CHARACTER}"
