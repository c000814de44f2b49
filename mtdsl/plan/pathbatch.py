"""`schedule batch over a -> b = ...`: a batch along the phases of a path, which itself decides how long they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from mtdsl.diag import Report
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.batchaxis import BatchAxis
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Asked, Curve, Piece
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot, shifted
from mtdsl.plan.plugins import Techniques
from mtdsl.registry import Registry

Chain = tuple[str, ...]


@node
class PathBatch(Frozen):
    """Cuts a phase's part out of such a schedule.

    `asked` is the budget of a phase in tokens or steps, `passed` the tokens that the path takes of one that comes before,
    `before` the tokens of the last step before the path.
    """

    evaluator: Evaluator
    techniques: Techniques
    registry: Registry
    report: Report
    asked: Callable[[str], Asked]
    passed: Callable[[str, str], int]
    before: Callable[[str], int | None]

    def curve(self, item: tree.Schedule, chain: Chain, name: str, window: int, scope: Scope) -> Curve[Fraction]:
        """Sequences a step along the tokens of the phase `name`. Raises `Mistake`."""
        units = {one.unit for one in map(self.asked, chain) if one.amount}
        if len(units) > 1:
            message = "a schedule of the batch needs budgets of one kind: all in tokens, or all in steps"
            raise mistake("unit-mismatch", message, item.name_span)
        total = sum((self.asked(one).amount for one in chain), Fraction(0))
        steps = units == {"steps"}
        axis = BatchAxis(1, self.registry, None if steps else total, int(total) if steps else None)
        last = self.before(chain[0])
        slot = Slot("batch", self._tokens, None if last is None else Fraction(last))
        pieces = Layer(slot, axis, scope, self.evaluator, self.techniques).lay(item.value, 0, self.report)
        until = chain[: chain.index(name) + 1]
        begin = sum(self.passed(one, after) for one, after in pairwise(until))
        return Curve(tuple(_in_windows(piece, window) for piece in shifted(pieces, begin, axis.tokens)))

    def _tokens(self, expr: tree.Expr, scope: Scope) -> Fraction:
        """Tokens a step: `4Mi tokens` or `512 x 4k`."""
        found, where = self.evaluator.resolve(expr, scope)
        if isinstance(found, tree.Binary) and found.op == "x":
            value = self.evaluator.number(found.left, where).value * self.evaluator.number(found.right, where).value
        else:
            size = self.evaluator.number(expr, scope)
            if size.dimension != "tokens":
                hint = "write `4Mi tokens` or `512 x 4k`"
                raise mistake(
                    "unit-mismatch", f"a batch is sequences x window, or tokens; not {size.noun}", expr.span, help=hint
                )
            value = size.value
        if value < 1:
            raise mistake("unit-mismatch", "a step has at least one token", expr.span)
        return value


def _in_windows(piece: Piece[Fraction], window: int) -> Piece[Fraction]:
    return replace(piece, start=piece.start / window, stop=piece.stop / window)
