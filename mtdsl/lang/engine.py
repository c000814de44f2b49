"""Runs Lark's tables over a text so that values are built as their rules complete: no tree of rules is made, none is walked.

Lark's own loop reads the same language at a third of the speed. It is asked again where a text is wrong (`attempt`), since its
state can tell what would have been right.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from mtdsl.diag import Span
from mtdsl.lang.automaton import Rule
from mtdsl.lang.build import DEEPEST, TooDeep
from mtdsl.lang.grammar import automaton
from mtdsl.lang.place import Place, Word
from mtdsl.lang.reductions import SPOKEN, Reduction, Value
from mtdsl.lang.scanner import CONTINUES, END, Scanner

Row = dict[str, int | Reduction]
"""What each token, and each rule that is complete, leads to in one state: the number of the next, or a reduction."""

_BRACKETS = {"LPAR": (1, 1), "LSQB": (1, 1), "LBRACE": (0, 1), "RPAR": (-1, -1), "RSQB": (-1, -1), "RBRACE": (0, -1)}
"""What each adds to the brackets inside which newlines do not count, and to all that are open."""


@cache
def engine() -> Engine:
    """The engine of this process."""
    return Engine()


class Engine:
    """Reads texts that are well-formed; rows of the tables are put in order as states are met."""

    def __init__(self) -> None:
        self._table = automaton()
        self._scanner = Scanner(self._table)
        self._rows: dict[int, Row] = {}
        self._gone: dict[tuple[int, str, str], int] = {}
        self._reductions: dict[int, Reduction] = {}

    def read(self, place: Place, end: int, rule: Literal["start", "expression"]) -> Any:
        """What the text from `place` to `end` says; None where it is not well-formed. Raises `TooDeep`."""
        text, at, before = place.source.text[place.offset : end], 0, ""
        level = depth = 0
        states, values, row = [self._table.starts[rule]], list[Value](), self._row(self._table.starts[rule])
        words, kinds = self._scanner.words(text), self._scanner.spelled()
        for found in words:
            word = found[1]
            begin = at + len(found[0])
            at = begin + len(word)
            kind = kinds.get(word)
            if kind is None:
                kinds[word] = kind = self._scanner.kind(word)
            if kind == "_NL" and (level or before in CONTINUES):
                continue
            if kind not in row:
                kind, word = self._scanner.meant(kind, word, text, begin, row)
                while at < begin + len(word):
                    found = next(words)
                    at += len(found[0]) + len(found[1])
                if at > begin + len(word):
                    return None
            before = kind
            if kind in _BRACKETS:
                level, depth = level + _BRACKETS[kind][0], depth + _BRACKETS[kind][1]
                if depth > DEEPEST:
                    raise TooDeep(Span(place.source, place.offset + begin, place.offset + at))
            after = row.get(kind)
            if isinstance(after, Reduction):
                after = self._reduced(kind, after, states, values, place)
            if after is None:
                return None
            if kind == END:
                return values[-1][0]
            states.append(after)
            values.append((Word.at(word, begin) if kind in SPOKEN or word.isalpha() else word, begin, at, 0))
            row = self._row(after)
        return None

    def _reduced(self, kind: str, first: Reduction, states: list[int], values: list[Value], place: Place) -> int | None:
        """The state that a token leads to, after all that it completes was reduced; None where it cannot stand here."""
        after: int | Reduction | None = first
        while isinstance(after, Reduction):
            keep = len(states) - after.size
            if not after.passes:
                parts = values[keep - 1 :]  # there is one state more than values
                del values[keep - 1 :]
                values.append(after.made(place, parts))
            del states[keep:]
            step = states[-1], after.origin, kind
            state = self._gone.get(step) or self._goto(*step)
            states.append(state)
            if kind == END and state in self._table.ends:
                return state
            after = self._rows[state].get(kind)
        return after

    def _goto(self, below: int, origin: str, kind: str) -> int:
        """The state after a complete rule, and after all that only pass its value on: the ten levels of expressions at once."""
        state = self._row(below)[origin]
        while isinstance(state, int):
            following = self._row(state).get(kind)
            if not isinstance(following, Reduction) or not following.passes:
                break
            state = self._row(below)[following.origin]
        assert isinstance(state, int)
        self._gone[below, origin, kind] = state
        return state

    def _row(self, state: int) -> Row:
        if state not in self._rows:
            actions = self._table.states[state].items()
            self._rows[state] = {name: to if to >= 0 else self._reduction(~to) for name, to in actions}
        return self._rows[state]

    def _reduction(self, number: int) -> Reduction:
        if number not in self._reductions:
            self._reductions[number] = Reduction(Rule(*self._table.rules[number]))
        return self._reductions[number]
