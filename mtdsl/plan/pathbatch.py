"""`schedule batch over a -> b = ...`: a batch along the phases of a path, which itself decides how long they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.amounts import rounded
from mtdsl.plan.batchaxis import BatchAxis
from mtdsl.plan.batches import batch_of, sequences_of
from mtdsl.plan.evaluate import length
from mtdsl.plan.model import Asked, Curve, Piece
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot, shifted
from mtdsl.plan.steps import tokens_of

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools

Chain = tuple[str, ...]


Pieces = tuple[Piece[Fraction], ...]


@node
class Along(Frozen):
    """One chain of a schedule: the place of each phase in it, and what it takes of each.

    Kept from phase to phase: the tokens at which phases begin, as far as they were asked for, and the pieces over the whole
    chain with its length, by the window that they were read in.
    """

    places: Mapping[str, int]
    asked: tuple[Asked, ...]
    begins: list[int] = field(default_factory=lambda: [0])
    laid: dict[int, tuple[Pieces, int]] = field(default_factory=dict)


@node
class PathBatch(Frozen):
    """Cuts a phase's part out of such a schedule.

    `asked` is the budget of a phase in tokens or steps, `window` its window; `passed` gives the tokens that the path takes of a
    phase before it goes on with another. `chains` holds those that were met.
    """

    tools: Tools
    asked: Callable[[str], Asked]
    window: Callable[[str], int]
    passed: Callable[[str, str], int]
    chains: dict[tuple[int, int], Along] = field(default_factory=dict)

    def curve(self, item: tree.Schedule, chain: Chain, name: str, window: int, scope: Scope) -> Curve[Fraction]:
        """Sequences a step along the tokens of the phase `name`. Raises `Mistake`."""
        along = self._along(item, chain)
        if window not in along.laid or name == chain[-1]:
            along.laid[window] = self._lay(item, chain, along, name, scope)
        pieces, length = along.laid[window]
        begin, place = self._begin(chain, along, name), along.places[name]
        after = chain[place + 1] if place + 1 < len(chain) else None
        if after is not None and self.tools.inherited.left(after) is not None:
            at = begin + self._point(pieces, begin, window, along.asked[place])
            before = tuple(piece for piece in pieces if piece.begin < at)
            pieces = self.tools.schedules.held(item, name, after, before, at) or pieces
        return Curve(tuple(_in_windows(piece, window) for piece in shifted(pieces, begin, length)))

    def _along(self, item: tree.Schedule, chain: Chain) -> Along:
        """What is the same for all phases of a chain. Raises `Mistake` for budgets that cannot be added up."""
        key = id(item), id(chain)
        if key not in self.chains:
            budgets = tuple(self._asked(one, after, item) for one, after in zip(chain, (*chain[1:], None), strict=True))
            if len({one.unit for one in budgets if one.amount}) > 1:
                message = "a schedule of the batch needs budgets of one kind: all in tokens, or all in steps"
                raise mistake("unit-mismatch", message, item.name_span)
            self.chains[key] = Along({name: at for at, name in enumerate(chain)}, budgets)
        return self.chains[key]

    def _lay(self, item: tree.Schedule, chain: Chain, along: Along, name: str, scope: Scope) -> tuple[Pieces, int]:
        """The pieces over a whole chain as its phase `name` reads them, and the chain's length. Raises `Mistake`."""
        total = sum((one.amount for one in along.asked), Fraction(0))
        steps = {one.unit for one in along.asked if one.amount} == {"steps"}
        axis = BatchAxis(1, self.tools.registry, None if steps else total, int(total) if steps else None, item.value.span)
        last = self.tools.inherited.window_before(chain[0]).batch
        read = lambda expr, where: self._tokens(expr, where, chain, name)  # noqa: E731
        slot = Slot("batch", read, None if last is None else Fraction(last))
        pieces = Layer(slot, axis, scope, self.tools.evaluator, self.tools.techniques).lay(item.value, 0, self.tools.report)
        return pieces, axis.tokens

    def _begin(self, chain: Chain, along: Along, name: str) -> int:
        """The token of the chain at which a phase begins: phases are asked for from the first on, none inside another."""
        place, begins = along.places[name], along.begins
        while len(begins) <= place:
            at = len(begins)
            begins.append(begins[-1] + self.passed(chain[at - 1], chain[at]))
        return begins[place]

    def _point(self, pieces: Pieces, begin: int, window: int, asked: Asked) -> Fraction | int:
        """How many tokens of a phase that begins at token `begin` of the path lie before the path leaves it."""
        if asked.unit != "steps":
            return asked.amount
        curve = Curve(tuple(_in_windows(piece, window) for piece in shifted(pieces, begin, begin + int(pieces[-1].end))))
        steps = ceil(asked.amount)
        return tokens_of(batch_of(curve, window, self.tools.registry, tokens=None, steps=steps), steps)

    def _asked(self, name: str, after: str | None, item: tree.Schedule) -> Asked:
        """What the path takes of a phase: its budget, or as much as lies before the point where the path leaves it."""
        asked = self.asked(name)
        left = self.tools.inherited.left(after) if after and asked.amount else None
        if left is None:
            return asked
        if left.dimension == "share":
            return Asked(asked.unit, min(left.value, Fraction(1)) * asked.amount)
        if (left.dimension == "steps") != (asked.unit == "steps"):
            message = f"a schedule of the batch leaves `{name}` at a point in {asked.unit}, as its budget is"
            raise mistake("unit-mismatch", message, left.span, item.name_span)
        return Asked(asked.unit, min(left.value, asked.amount))

    def _tokens(self, expr: tree.Expr, scope: Scope, chain: Chain, name: str) -> Fraction:
        """Tokens a step: `4Mi tokens`, rounded to windows of the phase `name`, or `512 x 4k` in windows of some phase."""
        own, found = self.window(name), self.tools.evaluator.resolve(expr, scope)
        window = own
        if isinstance(found[0], tree.Binary) and found[0].op == "x":
            written = length(self.tools.evaluator.number(found[0].right, found[1]), "batch")
            above = chain[: chain.index(name) + 1]  # the windows of those behind are not known yet: the last phase looks at all
            window = own if name == chain[-1] and written not in map(self.window, above) else written
        size = sequences_of(expr, window, name, scope, self.tools.evaluator)
        if size.denominator != 1:
            self.tools.report.add(rounded(size, window, expr.span))
        return size * window


def _in_windows(piece: Piece[Fraction], window: int) -> Piece[Fraction]:
    return replace(piece, start=piece.start / window, stop=piece.stop / window)
