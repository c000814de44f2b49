"""What schedulers made of other curves share: a part of an arrow, and a curve without an end that has to land."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl import Progress


def part(tokens: float, length: float, start: float, end: float) -> Progress:
    """A position inside a part of an arrow, `tokens` of its `length`, between the values at its own two ends.

    (Made past the function that checks a named tuple's fields: a drawing asks for thousands.)
    """
    return tuple.__new__(Progress, (tokens / length, tokens, length, start, end, 0.0, False))


def landing(left: Callable[[float], float], at: Progress) -> float:
    """How far a value has moved of which `left(tokens)` is left, 1 at the beginning and never 0.

    Without an arrow that is the published curve. An arrow has an end: there the curve is stretched, so that it lands on it.
    """
    if at.ruled:
        return 1.0 - left(at.tokens)
    whole = 1.0 - left(at.length)
    return (1.0 - left(at.tokens)) / whole if whole else at.fraction
