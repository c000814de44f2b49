"""Words and signs of a text, by one expression for nearly all states of the parser: what `SharedLexer` finds, but faster."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from mtdsl.lang.lexer import NARROW

END = "$END"
"""The type of what stands behind the last token."""

Found = tuple[str, str, int, int] | None
"""Type, text, first character and the one behind the last; None where no token can be made of the text."""


class Scanner:
    """Finds the token that begins at a position, given the types that the parser could take there."""

    def __init__(self, lark: Any) -> None:
        regexes = {at.name: at.pattern.to_regexp() for at in lark.terminals if at.pattern.type == "re"}
        strings = {at.pattern.value: at.name for at in lark.terminals if at.pattern.type == "str"}
        ignored = lark.lexer_conf.ignore
        skip = f"(?:{'|'.join(regexes[name] for name in ignored)})*"
        signs = "|".join(map(re.escape, sorted((word for word in strings if not word.isidentifier()), key=len, reverse=True)))
        shared = "|".join(f"(?P<{name}>{regexes[name]})" for name in regexes if name not in {*ignored, *NARROW, "UNIT"})
        self._names = strings
        self._shared = re.compile(f"{skip}(?:{shared}|(?P<SIGN>{signs})|(?P<END>\\Z))").match
        self._narrow = {name: re.compile(f"{skip}(?P<{name}>{regexes[name]})").match for name in NARROW}
        self._is_unit = re.compile(regexes["UNIT"]).fullmatch

    def next(self, text: str, at: int, accepts: Collection[str]) -> Found:
        """The token at `at`, spaces and comments left out; a word is a keyword only where that is accepted."""
        found = self._shared(text, at)
        for name in NARROW:
            if name in accepts:
                found = self._narrow[name](text, at) or found
        if found is None or found.lastgroup is None:
            return None
        kind = found.lastgroup
        word, begin, end = found[kind], *found.span(kind)
        if kind in ("NAME", "SIGN"):
            kind = self._names.get(word, kind)
            if kind not in accepts and word.isidentifier():
                kind = "NAME" if "NAME" in accepts or not self._is_unit(word) else "UNIT"
        elif kind == "END":
            kind = END
        return kind, word, begin, end
