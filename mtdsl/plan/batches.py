"""Batches: from what the recipe says to whole sequences a step, and from a budget to whole steps."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.curves import scalar_at, stands_until
from mtdsl.plan.evaluate import Evaluator, length, whole
from mtdsl.plan.model import Batch, Curve, Run
from mtdsl.plan.names import Scope
from mtdsl.registry import Registry

MOVING = 100_000


def sequences_of(expr: tree.Expr, window: int, scope: Scope, evaluator: Evaluator) -> Fraction:
    """`16 x 512` or `4Mi tokens` as a number of windows, not yet rounded. Raises `Mistake` where the lengths differ."""
    found, where = evaluator.resolve(expr, scope)
    if isinstance(found, tree.Binary) and found.op == "x":
        count = evaluator.number(found.left, where)
        written = length(evaluator.number(found.right, where), "batch")
        if written != window:
            message = f"the batch has sequences of {written:,} tokens, but the window is {window:,}"
            raise mistake("batch-not-window", message, found.right.span, help="a sequence is one window; write the window here")
        return Fraction(_positive(count))
    size = evaluator.number(expr, scope)
    if size.dimension != "tokens":
        hint = "write `16 x 512` or `4Mi tokens`"
        raise mistake("unit-mismatch", f"a batch is sequences x window, or tokens; not {size.noun}", expr.span, help=hint)
    if round(size.value / window) < 1:
        raise mistake("unit-mismatch", f"the batch is less than one window of {window:,} tokens", expr.span)
    return size.value / window


def _positive(count: Quantity) -> int:
    if count.dimension != "number" or count.value < 1:
        raise mistake("unit-mismatch", "a batch has a whole number of sequences, at least 1", count.span)
    return whole(count, "batch")


def batch_of(curve: Curve[Fraction], window: int, registry: Registry, *, tokens: Fraction | None, steps: int | None) -> Batch:
    """The run lengths that reach `tokens`, or make `steps`; the last step is whole.

    Raises `OverflowError` where the batch moves for more than `MOVING` steps, each of which has to be worked out.
    """
    runs: list[Run] = []
    moving = 0
    at, made = 0, 0
    while (steps is not None and made < steps) or (tokens is not None and at < tokens):
        size = max(1, round(scalar_at(curve, at, registry)))
        until = stands_until(curve, at)
        count = (
            1
            if until is not None and until <= at
            else _count(at, until, size * window, tokens, None if steps is None else steps - made)
        )
        moving += until is not None and until <= at
        if moving > MOVING:
            raise OverflowError(f"the batch moves for more than {MOVING:,} steps")
        _join(runs, Run(count, size))
        at, made = at + count * size * window, made + count
    return Batch(window, tuple(runs))


def _count(at: int, until: Fraction | None, size: int, tokens: Fraction | None, left: int | None) -> int:
    """Steps of `size` tokens until the first of: the value moves, the tokens or the steps are reached."""
    ends = [] if until is None else [ceil((until - at) / size)]
    ends += [] if tokens is None else [ceil((tokens - at) / size)]
    ends += [] if left is None else [left]
    return max(1, min(ends))


def _join(runs: list[Run], run: Run) -> None:
    if runs and runs[-1].sequences == run.sequences:
        runs[-1] = Run(runs[-1].steps + run.steps, run.sequences)
    else:
        runs.append(run)
