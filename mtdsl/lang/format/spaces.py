"""Whether two neighbours on a line have a space between them."""

from __future__ import annotations

from lark import Token

_ENDS_VALUE = frozenset({"NAME", "NUMBER", "UNIT", "STRING", "RPAR", "RSQB", "RBRACE"})
_NONE_BEHIND = frozenset({"LPAR", "LSQB", "DOT"})
_NONE_BEFORE = frozenset({"RPAR", "RSQB", "COMMA", "DOT"})
_CALLED = frozenset({"NAME", "RSQB"})


def space(before: Token | None, left: Token, right: Token) -> str:
    """What stands between `left` and `right`; `before` is the token before `left`, wherever it stands."""
    joined = (
        left.type in _NONE_BEHIND
        or right.type in _NONE_BEFORE
        or (right.type in ("LPAR", "LSQB") and left.type in _CALLED)
        or (left.type == "LBRACE" and right.type == "RBRACE")
        or (left.type == "MINUS" and is_sign(before))
    )
    return "" if joined else " "


def is_sign(before: Token | None) -> bool:
    """Whether a minus behind `before` belongs to the number after it."""
    return before is None or before.type not in _ENDS_VALUE
