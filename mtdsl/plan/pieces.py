"""A value of the recipe laid on a token axis: pieces that stand, hold or move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Protocol

from mtdsl.diag import Report
from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Piece, Plugin, V
from mtdsl.plan.names import Scope
from mtdsl.plan.plugins import Techniques

SCHEDULER = "linear"


@dataclass(frozen=True)
class Slot(Generic[V]):
    """What an attribute's values are, and how they move.

    `read` evaluates one end; `ruled` a value `by` a rule; `before` is where the parent ended (None: nothing is known);
    `jumps`: an arrow without a length switches at once (mixtures do).
    """

    name: str
    read: Callable[[tree.Expr, Scope], V]
    before: V | None
    ruled: Callable[[tree.Ruled, Scope], V] | None = None
    jumps: bool = False


class Lengths(Protocol):
    """The axis a value is laid on."""

    @property
    def tokens(self) -> int:
        """Its whole length."""

    @property
    def step_tokens(self) -> int:
        """How far off a length may be."""

    def position(self, length: Quantity, begin: Fraction) -> Fraction:
        """Where a length that begins at token `begin` ends."""


class Layer(Generic[V]):
    """Lays one attribute's value on an axis."""

    def __init__(self, slot: Slot[V], axis: Lengths, scope: Scope, evaluator: Evaluator, techniques: Techniques) -> None:
        self._slot = slot
        self._axis = axis
        self._scope = scope
        self._evaluator = evaluator
        self._techniques = techniques

    def lay(self, value: tree.Value, begin: int, report: Report) -> tuple[Piece[V], ...]:
        """The pieces of `value`; the first begins at token `begin`, after a warm-up that takes its first part.

        Raises `Mistake`. A list that misses the axis by more than a step is one; a single arrow that is longer is noted.
        """
        items = value.items if isinstance(value, tree.Items) else (value,)
        if not items:
            raise mistake("empty-list", f"`{self._slot.name}` has no pieces", value.span)
        pieces: list[Piece[V]] = []
        at = Fraction(0)
        for index, item in enumerate(items):
            at, piece = self._piece(item, at, pieces, last=index == len(items) - 1)
            pieces.append(piece)
        self._fits(value, items, at, report)
        return (self._after(pieces[0], begin, items[0]), *pieces[1:])

    def _piece(self, item: tree.Value, at: Fraction, done: list[Piece[V]], *, last: bool) -> tuple[Fraction, Piece[V]]:
        end = self._end(item, at, last)
        match item:
            case tree.Hold():
                value = self._slot.read(item.value, self._scope)
                return end, Piece(at, end, value, value)
            case tree.Ruled():
                return end, self._rule(item, at, end)
            case tree.Move():
                return end, self._move(item, at, end, done)
        value = self._slot.read(item, self._scope)
        return end, Piece(at, end, value, value)

    def _end(self, item: tree.Value, at: Fraction, last: bool) -> Fraction:
        extent = item.extent if isinstance(item, tree.Hold | tree.Ruled | tree.Move) else None
        if extent is None:
            if not last:
                hint = "write how long it lasts: `over 2000 steps` or `until 10T`"
                raise mistake("piece-without-length", "only the last piece may leave its length out", item.span, help=hint)
            if at >= self._axis.tokens:
                message = (
                    f"no room is left for the last piece: those before it cover {_tokens(at)} of {_tokens(self._axis.tokens)}"
                )
                raise mistake("pieces-miss-phase", message, item.span, help="shorten the pieces before it")
            return Fraction(self._axis.tokens)
        length = self._evaluator.number(extent.amount, self._scope)
        end = self._axis.position(length, at if extent.kind == "over" else Fraction(0))
        if end <= at:
            raise mistake("piece-without-length", "this piece ends before it begins", extent.span)
        return end

    def _rule(self, item: tree.Ruled, at: Fraction, end: Fraction) -> Piece[V]:
        if self._slot.ruled is None:
            raise mistake("not-supported-yet", f"`{self._slot.name}` under a rule is not supported yet", item.span)
        value = self._slot.ruled(item, self._scope)
        return Piece(at, end, value, value)

    def _move(self, item: tree.Move, at: Fraction, end: Fraction, done: list[Piece[V]]) -> Piece[V]:
        before = done[-1].stop if done else self._slot.before
        if item.start is None and before is None:
            message = f"`{self._slot.name}` moves on from where the phase before ended, and that is not known"
            raise mistake("no-start-value", message, item.span, help="write both ends: `a -> b`")
        start = before if item.start is None else self._slot.read(item.start, self._scope)
        stop = self._slot.read(item.end, self._scope)
        assert start is not None
        if self._slot.jumps and item.extent is None and item.by is None:
            return Piece(at, end, stop, stop)
        return Piece(at, end, start, stop, self._by(item))

    def _by(self, item: tree.Move) -> Plugin:
        if item.by is None:
            return self._techniques.default("scheduler", SCHEDULER, item.span)
        return self._techniques.bind("scheduler", item.by, self._scope)

    def _fits(self, value: tree.Value, items: tuple[tree.Value, ...], end: Fraction, report: Report) -> None:
        off = end - self._axis.tokens
        if isinstance(value, tree.Items | tree.Hold) and abs(off) > self._axis.step_tokens:
            message = f"the pieces of `{self._slot.name}` cover {_tokens(end)}, the phase has {_tokens(self._axis.tokens)}"
            raise mistake("pieces-miss-phase", message, value.span, help="leave out the last piece's length")
        if off > self._axis.step_tokens:
            message = f"`{self._slot.name}` would land {_tokens(off)} after the end: the arrow is cut"
            report.note("arrow-cut", message, items[0].span)

    def _after(self, piece: Piece[V], begin: int, item: tree.Value) -> Piece[V]:
        if begin and piece.end < begin:
            raise mistake("warmup-too-long", f"warm-up takes {_tokens(begin)}, longer than the first piece", item.span)
        return Piece(Fraction(begin), piece.end, piece.start, piece.stop, piece.by) if begin else piece


def shifted(pieces: tuple[Piece[V], ...], offset: int, tokens: int) -> tuple[Piece[V], ...]:
    """The pieces of a longer axis as the phase sees them that begins at token `offset` of it and has `tokens`."""
    moved = [Piece(p.begin - offset, p.end - offset, p.start, p.stop, p.by) for p in pieces]
    alive = [p for p, after in zip(moved, [*moved[1:], None], strict=True) if after is None or after.begin > 0]
    return (alive[0], *(p for p in alive[1:] if p.begin < tokens))


def _tokens(count: Fraction | int) -> str:
    return f"{int(count):,} tokens"
