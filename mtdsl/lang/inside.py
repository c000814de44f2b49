"""What a piece of syntax is made of, for whoever walks a tree without minding what each piece is."""

from __future__ import annotations

from fractions import Fraction
from types import NoneType

from mtdsl.diag import Span
from mtdsl.frozen import Frozen
from mtdsl.lang.values import Number, String

_PLAIN = frozenset({Span, str, Fraction, NoneType, Number, String})
"""Most of what nothing is in, looked up faster than asked what it descends from."""


def inside(value: object) -> list[object]:
    """The pieces in a piece of syntax or a tuple, and the tuples of them, in order: no spans, words, numbers and texts."""
    parts = value if type(value) is tuple else vars(value).values() if isinstance(value, Frozen) else ()
    return [part for part in parts if type(part) is tuple or (type(part) not in _PLAIN and isinstance(part, Frozen))]
