"""`window = alternate([1Mi, 4k], shares = [92%, 8%])`: what steps are fed where that is not the model's window."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator, length
from mtdsl.plan.model import Batch, Feeding
from mtdsl.plan.names import Scope
from mtdsl.plan.shares import off

EXAMPLE = "write `window = alternate([1Mi, 4k], shares = [92%, 8%])`"


def feeding_of(written: Written, batch: Batch, window: int, evaluator: Evaluator) -> Feeding:
    """The lengths that steps are fed in turn, and the share of the tokens that each has.

    Raises `Mistake` where a length is beyond the window, or does not divide the tokens of every step: these stay the same.
    """
    call = written.value
    if not isinstance(call, tree.Call) or not isinstance(call.func, tree.Name) or call.func.parts != ("alternate",):
        raise _wrong("`window` says in which lengths steps are fed", written)
    given = {item.name: item.value for item in call.named}
    if len(call.args) != 1 or not given.keys() <= {"shares"}:
        raise _wrong("`alternate` takes a list of lengths, and their shares", written)
    found = _items(call.args[0], written)
    sizes = tuple(length(evaluator.number(item, written.scope), "window") for item in found)
    for item, size in zip(found, sizes, strict=True):
        _check(item, size, batch, window)
    if len(set(sizes)) < len(sizes):
        raise mistake("declared-twice", "a length stands in this list twice", call.args[0].span)
    return Feeding(sizes, _shares(given.get("shares"), len(sizes), written, evaluator))


def _shares(value: tree.Value | None, count: int, written: Written, evaluator: Evaluator) -> tuple[Fraction, ...]:
    """As written, else equal ones."""
    if value is None:
        return (Fraction(1, count),) * count
    shares = [_share(item, written.scope, evaluator) for item in _items(value, written)]
    if len(shares) != count:
        raise mistake("not-a-list", f"{count} lengths need {count} shares, here are {len(shares)}", value.span)
    if sum(shares) != 1:
        total = sum(shares, Fraction(0))
        hint = f"{off(total)}; without `shares` each length has the same"
        raise mistake("mix-not-100", f"the shares sum to {float(100 * total):.9g} %, not 100 %", value.span, help=hint)
    return tuple(shares)


def _share(item: tree.Expr, scope: Scope, evaluator: Evaluator) -> Fraction:
    value = evaluator.number(item, scope)
    if value.dimension != "share" or value.value <= 0:
        raise mistake("unit-mismatch", "a share such as `92%` is expected here", item.span)
    return value.value


def _check(item: tree.Expr, size: int, batch: Batch, window: int) -> None:
    if size > window:
        raise mistake("feeding-beyond-window", f"steps of {size:,} tokens a sequence, and the window is {window:,}", item.span)
    for run in batch.runs:
        tokens = run.sequences * batch.length
        if tokens % size:
            message = f"a step of {tokens:,} tokens is no whole number of sequences of {size:,}"
            raise mistake("feeding-not-whole", message, item.span, help="every length must divide the tokens of a step")


def _items(value: tree.Value, written: Written) -> tuple[tree.Expr, ...]:
    parts = value.items if isinstance(value, tree.Items) else ()
    kept = tuple(part for part in parts if not isinstance(part, tree.Hold | tree.Ruled | tree.Move))
    if not kept or len(kept) < len(parts):
        raise _wrong("a list is expected here", written)
    return kept


def _wrong(message: str, written: Written) -> Mistake:
    return mistake("not-a-list", message, written.span, help=EXAMPLE)
