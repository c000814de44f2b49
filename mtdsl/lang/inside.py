"""What a piece of syntax is made of, for whoever walks a tree without minding what each piece is."""

from __future__ import annotations

from mtdsl.frozen import Frozen


def inside(value: object) -> list[object]:
    """The pieces in a piece of syntax or a tuple, and the tuples of them, in order: no spans, words and numbers."""
    parts = value if type(value) is tuple else vars(value).values() if isinstance(value, Frozen) else ()
    return [part for part in parts if type(part) is tuple or isinstance(part, Frozen)]  # a span is a tuple of another type
