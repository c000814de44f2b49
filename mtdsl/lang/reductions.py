"""What the parser does where a rule of the grammar is complete: nothing, splice it into its parent, or build its value."""

from __future__ import annotations

from typing import Any

from mtdsl.diag import Span
from mtdsl.lang.automaton import Rule
from mtdsl.lang.build import DEEPEST, RULES, TooDeep
from mtdsl.lang.build_expressions import INFIX
from mtdsl.lang.place import Place

Value = tuple[Any, int, int, int]
"""What a part of the text became, its first character and the one behind its last, and how many rules deep it is."""

SPOKEN = frozenset({"NAME", "NUMBER", "UNIT", "STRING", "PACKAGE", "VERSION", "COMPARE"})
"""Tokens that say something; the others only hold a rule together."""


class Reduction:
    """What becomes of one alternative of a rule."""

    __slots__ = ("_build", "_infix", "_spliced", "_taken", "origin", "passes", "size")

    def __init__(self, rule: Rule) -> None:
        self.origin = rule.origin
        self.size = len(rule.symbols)
        symbols = list(enumerate(zip(rule.symbols, rule.terminals, strict=True)))
        inner = [(at, symbol) for at, (symbol, terminal) in symbols if not terminal]
        self._spliced = frozenset(at for at, symbol in inner if symbol.startswith("_"))
        handed = self.origin.startswith("_") and bool(self._spliced)  # a list goes on as it is
        self.passes = self.size == 1 and (handed or rule.passes)
        self._build = None if self.passes or self.origin.startswith("_") else RULES[rule.name]
        self._infix = rule.name in INFIX
        spoken = [at for at, (symbol, terminal) in symbols if terminal and symbol in SPOKEN]
        self._taken = tuple(sorted([*spoken, *(at for at, _ in inner)]))

    def made(self, place: Place, parts: list[Value]) -> Value:
        """The value of `parts`; raises `TooDeep`."""
        start, end = (parts[0][1], parts[-1][2]) if parts else (0, 0)
        if not self._taken and self._build is None:  # what only separates
            return [], start, end, 0
        given = self._spread(parts) if self._spliced else [parts[at][0] for at in self._taken]
        depth = max([part[3] for part in parts]) if parts else 0
        if self._build is None:
            return given, start, end, depth
        span = Span(place.source, place.offset + start, place.offset + end)
        if self._infix:  # what stands before the last sign is at the same level
            depth = max(parts[0][3] - 1, parts[-1][3])
        if depth >= DEEPEST:
            raise TooDeep(span)
        return self._build(place, span, given), start, end, depth + 1

    def _spread(self, parts: list[Value]) -> list[Any]:
        """What is given, lists in the place of rules whose names begin with `_`."""
        given: list[Any] = []
        for at in self._taken:
            if at not in self._spliced:
                given.append(parts[at][0])
            elif given:
                given += parts[at][0]
            else:
                given = parts[at][0]  # a long list grows in place: nobody else holds it
        return given
