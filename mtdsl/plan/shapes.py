"""How far a piece of a curve has moved: its scheduler, asked at positions of a phase."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite

from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.plan.model import Piece, V
from mtdsl.registry import Progress
from mtdsl.registry.factories import Shape, Stepping
from mtdsl.registry.strangers import Failed, ask


class Motion:
    """How far a piece has moved by its scheduler, as a function of the position in tokens: made once, read at every step.

    `warmup` tokens before it took the first part of its arrow.
    """

    def __init__(self, piece: Piece[V], shape: Shape, warmup: int = 0) -> None:
        assert piece.by is not None
        self._name, self._shape = piece.by.name, shape
        self._begin, self._end = _light(piece.begin), _light(piece.end)
        self._length = float(piece.end - piece.begin) or 1.0
        self._ends = ends_of(piece)
        self._warmup, self._ruled = float(warmup), under_rule(piece)

    def __call__(self, tokens: Fraction | float) -> float:
        """0 at the start of an arrow. Raises `Mistake` where the scheduler fails or gives no number."""
        return self.at([tokens])[0]

    def at(self, positions: Sequence[Fraction | float]) -> list[float]:
        """As for one position, for several: one question to the scheduler's author takes less than many."""
        try:
            found, finite = ask(lambda: self._asked(positions))
        except Failed as failed:
            raise self._failed(failed) from failed
        if not finite:
            odd = next(value for value in found if not isfinite(value))
            raise mistake("plugin-failed", f"the scheduler `{self._name}` gives {odd} where a number is needed")
        return found

    def stands(self, tokens: Fraction | int) -> Fraction:
        """The position until which it stands: `tokens` itself where it moves, its end where it stands to there."""
        shape = self._shape
        if not isinstance(shape, Stepping):
            return Fraction(tokens)
        passed = max(0.0, float(tokens - self._begin))
        at = Progress(passed / self._length, passed, self._length, *self._ends, self._warmup, self._ruled)
        try:
            found = ask(lambda: float(shape.stands(at)))
        except Failed as failed:
            raise self._failed(failed) from failed
        return Fraction(self._end) if passed + found >= self._length else Fraction(tokens) + Fraction(found)

    def _asked(self, positions: Sequence[Fraction | float]) -> tuple[list[float], bool]:
        """What it says, and whether these are finite numbers. A rule is asked where it begins, too: it may have moved there.

        A view asks for thousands of places: names are local, and a position is made past the function that checks its fields.
        """
        shape, begin, end, length = self._shape, self._begin, self._end, self._length
        (start, stop), warmup, ruled, new = self._ends, self._warmup, self._ruled, tuple.__new__
        passed = [float((tokens if tokens < end else end) - begin) for tokens in positions]
        if ruled:
            passed = [max(0.0, tokens) for tokens in passed]
        found = [
            shape(new(Progress, (tokens / length, tokens, length, start, stop, warmup, ruled))) if ruled or tokens > 0 else 0.0
            for tokens in passed
        ]
        return found, all(map(isfinite, found))

    def _failed(self, failed: Failed) -> Mistake:
        """A `ValueError` says itself what the scheduler cannot do."""
        if isinstance(failed.error, ValueError):
            return mistake("plugin-failed", f"`{self._name}`: {failed.error}")
        return mistake("plugin-failed", f"the scheduler `{self._name}` failed: {failed}")


def _light(position: Fraction) -> Fraction | int:
    """A position as a whole number where it is one: arithmetic with it is ten times as fast."""
    return position.numerator if position.denominator == 1 else position


def ends_of(piece: Piece[V]) -> tuple[float, float]:
    """The values at the two ends of a piece; 0 and 1 for a mixture."""
    if not isinstance(piece.start, Fraction) or not isinstance(piece.stop, Fraction):
        return 0.0, 1.0
    return float(piece.start), 0.0 if under_rule(piece) else float(piece.stop)


def under_rule(piece: Piece[V]) -> bool:
    """Whether a number stands under a scheduler's rule, which moves it between itself and 0."""
    return piece.by is not None and piece.start == piece.stop
