"""`check` items: comparisons of plan values, joined by `and`, `or` and `not`."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from mtdsl.diag import Label
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree, units
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Check
from mtdsl.plan.names import Scope

COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {">=": ge, "<=": le, "==": eq, "!=": ne, ">": gt, "<": lt}


def check_of(item: tree.Check, scope: Scope, evaluator: Evaluator) -> Check:
    """Whether a check holds. Raises `Mistake` (`check-failed`) where it does not."""
    seen: list[Label] = []
    holds = _holds(item.test, scope, evaluator, seen)
    if not holds:
        raise mistake("check-failed", item.message or "this check does not hold", *seen)
    return Check(item.test.span.text, item.message, holds)


def _holds(test: tree.Expr, scope: Scope, evaluator: Evaluator, seen: list[Label]) -> bool:
    if isinstance(test, tree.Unary) and test.op == "not":
        return not _holds(test.operand, scope, evaluator, seen)
    if isinstance(test, tree.Binary) and test.op in ("and", "or"):
        left = _holds(test.left, scope, evaluator, seen)
        right = _holds(test.right, scope, evaluator, seen)
        return (left and right) if test.op == "and" else (left or right)
    if isinstance(test, tree.Binary) and test.op in COMPARE:
        return _compare(test, scope, evaluator, seen)
    raise _no_test(test)


def _compare(test: tree.Binary, scope: Scope, evaluator: Evaluator, seen: list[Label]) -> bool:
    left, right = evaluator.number(test.left, scope), evaluator.number(test.right, scope)
    units.common(left, right, test.span)
    holds = COMPARE[test.op](left.value, right.value)
    if not holds:
        seen += [Label(side.span, f"this is {_shown(side)}") for side in (left, right)]
    return holds


def _no_test(test: tree.Expr) -> Mistake:
    return mistake("not-a-test", "a comparison such as `soup.spent <= 610B` is expected here", test.span)


def _shown(value: Quantity) -> str:
    number = f"{int(value.value):,}" if value.value.denominator == 1 else f"{float(value.value):g}"
    return f"{number} {value.dimension}" if value.dimension in ("tokens", "steps", "epochs") else number
