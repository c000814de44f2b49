"""Words and signs of a text, all found at once by one expression: what `SharedLexer` finds, but faster."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mtdsl.lang.automaton import Automaton

NARROW = frozenset({"PACKAGE", "VERSION"})
"""Terminals that look like names and numbers, and are meant only where the grammar asks for them."""

CONTINUES = frozenset({"ARROW", "PLUS", "MINUS", "STAR", "SLASH", "AND", "OR", "IN"})
"""A line that ends in one of these tokens goes on in the next."""

END = "$END"
"""The type of what stands behind the last token."""


class Scanner:
    """Cuts a text into words and tells what each is, given the types that the parser could take there."""

    def __init__(self, automaton: Automaton) -> None:
        regexes, strings, ignored = automaton.regexes, automaton.spelled, automaton.ignored
        shared = {name: regex for name, regex in regexes.items() if name not in {*ignored, *NARROW, "UNIT"}}
        signs = map(re.escape, sorted((word for word in strings if not word.isidentifier()), key=len, reverse=True))
        words = "|".join(f"(?:{regex})" for regex in (*shared.values(), *signs, r"\Z", r'"[^\n]*', "."))
        skipped = "|".join(f"(?:{regexes[name]})" for name in ignored)
        self._cut = re.compile(f"((?:{skipped})*)({words})", re.DOTALL).findall
        self._typed = re.compile("|".join(f"(?P<{name}>{regex})" for name, regex in shared.items())).fullmatch
        self._narrow = {name: re.compile(regexes[name]).match for name in NARROW}
        self._is_unit = re.compile(regexes["UNIT"]).fullmatch
        self._spelled = {**strings, "": END}

    def words(self, text: str) -> Iterator[tuple[str, ...]]:
        """The spaces and comments before each word, and the word; the last is empty. A character of no word is one as well.

        So is a text that nothing closes, to the end of its line: its quotes are not tried one by one.

        What else the tuples hold, groups of the terminals left behind.
        """
        return iter(self._cut(text))

    def spelled(self) -> dict[str, str]:
        """The types of the words that the grammar spells out: a new one, to be kept with what `kind` finds."""
        return dict(self._spelled)

    def kind(self, word: str) -> str:
        """The type of a word that the grammar does not spell out; empty where it has none."""
        found = self._typed(word)
        return found.lastgroup or "" if found else ""

    def meant(self, kind: str, word: str, text: str, at: int, accepts: Collection[str]) -> tuple[str, str]:
        """Type and text of the word at `at` where its own type cannot stand: a package, a version, a name, or a unit."""
        for name in NARROW:
            if name in accepts and (found := self._narrow[name](text, at)):
                return name, found[0]
        if kind and word.isidentifier():
            kind = "NAME" if "NAME" in accepts or not self._is_unit(word) else "UNIT"
        return kind, word
