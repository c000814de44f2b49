"""The numbers that a phase may set and move beside its rate: a closed list."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.names import Scope
from mtdsl.registry import Bound, NotNegative, Share


@node
class Number(Frozen):
    """A number of a phase: what it may be, what it is where nobody says (None: the optimizer's own), what it does.

    0 is that nothing is done. One that does something unasked stands in the plan of every phase that trains.
    """

    bound: Bound
    default: Fraction | None
    meaning: str


NUMBERS: dict[str, Number] = {
    "weight_decay": Number(NotNegative, None, "a step shrinks decayed weights by the rate times this (arXiv:1711.05101)"),
    "clip": Number(NotNegative, Fraction(1), "the norm a step's gradient is cut to; 0: it is not (arXiv:1211.5063)"),
    "z_loss": Number(NotNegative, Fraction(0), "weight of log^2 Z, which keeps logits small (arXiv:2204.02311, section 5)"),
    "dropout": Number(
        Bound(low=0, high=1, open_high=True),
        Fraction(0),
        "share of activations that a step sets to 0 (JMLR 15:1929, section 4)",
    ),
    "fim": Number(Share, Fraction(0), "share of documents whose middle is moved to their end (arXiv:2207.14255, section 3)"),
    "ema": Number(
        Bound(low=0, high=1, open_high=True),
        Fraction(0),
        "what averaged weights, which evaluations and `.ema` read, keep of themselves a step (arXiv:1412.6980, section 7.2)",
    ),
}
SCALARS = tuple(NUMBERS)
UNASKED = {name: number.default for name, number in NUMBERS.items() if number.default}
"""The numbers that do something where nobody says them."""


def amount(name: str, expr: tree.Expr, scope: Scope, evaluator: Evaluator) -> Fraction:
    """One value of the number `name`. Raises `Mistake` for what it cannot be."""
    found = evaluator.resolve(expr, scope)[0]
    if isinstance(found, tree.Call) and found.func.span.text == name:
        inside = next((item.value.span.text for item in found.named), found.args[0].span.text if found.args else "0.1")
        raise mistake("not-a-number", f"`{name}` is a number, not a technique", expr.span, help=f"write `{name} = {inside}`")
    value: Quantity = evaluator.number(expr, scope)
    if value.dimension not in ("number", "share") or value.scaled:
        noun = "a number of tokens" if value.scaled else value.noun
        raise mistake("unit-mismatch", f"`{name}` takes a plain number, not {noun}", expr.span)
    if not NUMBERS[name].bound.allows(float(value.value)):
        raise mistake("unit-mismatch", f"`{name}` must be {NUMBERS[name].bound}", expr.span)
    return value.value
