"""The grammar's terminals in the words that users know."""

from __future__ import annotations

from collections.abc import Iterable

from mtdsl.lang.grammar import keywords

_GROUPS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (frozenset({"NUMBER", "STRING", "NAME"}), frozenset({"NOT", "MINUS", "LSQB", "LPAR"}), "a value"),
    (
        frozenset({"PLUS", "MINUS", "STAR"}),
        frozenset({"SLASH", "X", "WITH", "COMPARE", "AND", "OR", "UNIT", "DOT"}),
        "an operator",
    ),
    (frozenset({"RECIPE", "FLOW", "PHASE"}), frozenset(), "an item such as `phase` or `mix`"),
)
_AFTER_NAMES = frozenset({"DOT", "LPAR", "LSQB"})  # may follow any name, so they tell nothing
_SPELLED = {
    "NAME": "a name",
    "NUMBER": "a number",
    "STRING": 'a text in "quotes"',
    "UNIT": "a unit",
    "PACKAGE": "a package's name",
    "VERSION": "a version",
    "COMPARE": "a comparison",
    "ARROW": "`->`",
    "EQUAL": "`=`",
    "COMMA": "a comma",
    "DOT": "`.`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "STAR": "`*`",
    "SLASH": "`/`",
    "_NL": "the end of the line",
    "$END": "the end of the file",
}
_ORDER = ("an item", "a value", "a name", "`=`", "`->`", "`{`", "`}`", "`)`", "`]`", "a comma", "the end of the line")


def expected(accepts: Iterable[str]) -> str:
    """`a name or "{"`: what could have stood there, most telling first."""
    return either(describe(accepts))


def describe(accepts: Iterable[str]) -> list[str]:
    """What could have stood there, groups of terminals under one name each."""
    left = set(accepts)
    words: list[str] = []
    for needed, rest, name in _GROUPS:
        if needed <= left:
            left -= needed | rest
            words.append(name)
            if name.startswith("an item"):
                left = {terminal for terminal in left if terminal in _SPELLED} - {"NAME", "$END", "_NL"}
    if "_NL" in left:
        left.discard("$END")
    left = left - _AFTER_NAMES or left
    words += [_spell(terminal) for terminal in sorted(left)]
    return sorted(words, key=_rank)


def either(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def _spell(terminal: str) -> str:
    word = terminal.lower()
    return _SPELLED.get(terminal) or (f"`{word}`" if word in keywords() else word)


def _rank(word: str) -> int:
    return next((at for at, known in enumerate(_ORDER) if word.startswith(known)), len(_ORDER))
