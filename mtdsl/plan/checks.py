"""`check` items: comparisons of plan values, joined by `and`, `or` and `not`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne

from mtdsl.diag import Diagnostic, Label, Report, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree, units
from mtdsl.lang.units import Quantity
from mtdsl.plan import rates
from mtdsl.plan.doubts import Doubt
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Check
from mtdsl.plan.names import Scope

COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {">=": ge, "<=": le, "==": eq, "!=": ne, ">": gt, "<": lt}


def check_of(
    item: tree.Check,
    scope: Scope,
    evaluator: Evaluator,
    settings: tuple[str, ...],
    report: Report,
    explained: Callable[[tree.Expr], str | None],
    doubted: Callable[[tree.Binary, Scope], Iterable[Doubt]],
    told: Container[Diagnostic],
) -> Check:
    """Whether a check holds; None where it needs what is not known, which is noted unless it is among what was `told`.

    Raises `Mistake` (`check-failed`) where it does not hold, with the values that decided it, the `settings` of `--set`,
    and as help what `explained` says of its test. `doubted` says what in a comparison the plan does not know for sure.
    """
    seen = _Seen(doubted)
    holds = _holds(item.test, scope, evaluator, seen, wanted=True)
    if holds is None and seen.unknown[0] not in told:
        _note(seen.unknown[0], item.test.span, report)
    if holds is False:
        message = item.message or "this check does not hold"
        values, help = tuple(dict.fromkeys(seen.values)), explained(item.test)
        raise Mistake(Diagnostic("check-failed", "error", message, values, help, settings=settings))
    return Check(item.test.span.text, item.message, holds)


def _note(unknown: Diagnostic, test: Span, report: Report) -> None:
    """Says what a check lacks, and points at the check first."""
    inside = any(label.span.source == test.source and test.start <= label.span.start < test.end for label in unknown.labels)
    labels = unknown.labels if inside else (Label(test), *unknown.labels)
    report.note("check-unknown", f"this check cannot be decided: {unknown.message}", *labels, help=unknown.help)


@dataclass(slots=True)
class _Seen:
    """The values of the comparisons that came out otherwise than the check wants, and what was not known."""

    doubted: Callable[[tree.Binary, Scope], Iterable[Doubt]]
    values: list[Label] = field(default_factory=list)
    unknown: list[Diagnostic] = field(default_factory=list)


def _holds(test: tree.Expr, scope: Scope, evaluator: Evaluator, seen: _Seen, *, wanted: bool) -> bool | None:
    """Kleene's three values: what is not known decides nothing, but `false and unknown` is false.

    `wanted` is what the check needs this part of it to be: the opposite inside `not`.
    """
    if isinstance(test, tree.Unary) and test.op == "not":
        inner = _holds(test.operand, scope, evaluator, seen, wanted=not wanted)
        return None if inner is None else not inner
    if isinstance(test, tree.Binary) and test.op in ("and", "or"):
        first, rest = tree.chain(test, test.op)
        sides = {_holds(side, scope, evaluator, seen, wanted=wanted) for side in (first, *(step.right for step in rest))}
        decides = test.op == "or"
        return decides if decides in sides else None if None in sides else not decides
    if isinstance(test, tree.Binary) and test.op in COMPARE:
        return _compare(test, scope, evaluator, seen, wanted=wanted)
    raise _no_test(test)


def _compare(test: tree.Binary, scope: Scope, evaluator: Evaluator, seen: _Seen, *, wanted: bool) -> bool | None:
    try:
        left, right = evaluator.number(test.left, scope), evaluator.number(test.right, scope)
    except Mistake as unknown:
        if unknown.diagnostic is None or unknown.diagnostic.id != "size-unknown":
            raise
        seen.unknown.append(unknown.diagnostic)
        return None
    units.common(left, right, test.span)
    holds = COMPARE[test.op](left.value, right.value)
    doubts = tuple(seen.doubted(test, scope))
    for doubt in doubts:
        if doubt.turns(test.op, holds) and (holds is wanted or doubt.way == "more"):  # a cap has to be kept to, not reached
            seen.unknown.append(Diagnostic("check-unknown", "note", doubt.why, (Label(doubt.span),), doubt.help))
            return None
    if holds is not wanted:
        least = {doubt.span for doubt in doubts if doubt.way == "more"}
        said = [label for side in (test.left, test.right) for label in _values(side, scope, evaluator, least)]
        seen.values += said or [Label(test.span)]
    return holds


def _values(expr: tree.Expr, scope: Scope, evaluator: Evaluator, least: Container[Span]) -> Iterator[Label]:
    """The value of an expression and of every operand inside it, of some the `least`; a number that is written needs none."""
    if isinstance(expr, tree.Number):
        return
    yield Label(expr.span, ("at least " if expr.span in least else "") + _shown(evaluator.number(expr, scope)))
    first, rest = tree.chain(expr, "+", "-", "*", "/")
    operands = (first, *(step.right for step in rest)) if rest else ()
    for operand in (expr.operand,) if isinstance(expr, tree.Unary) else operands:
        yield from _values(operand, scope, evaluator, least)


def _no_test(test: tree.Expr) -> Mistake:
    return mistake("not-a-test", "a comparison such as `soup.spent <= 610B` is expected here", test.span)


def _shown(value: Quantity) -> str:
    if value.dimension == "rate":
        return rates.shown(value.value)
    number = _count(int(value.value)) if value.value.denominator == 1 else f"{float(value.value):g}"
    return f"{number} {value.dimension}" if value.dimension in ("tokens", "steps", "epochs") else number


def _count(number: int) -> str:
    """`3.9T` where three digits behind the point say it exactly, else every digit."""
    for suffix, scale in (("T", 10**12), ("B", 10**9), ("M", 10**6)):
        if abs(number) >= scale and number % (scale // 1000) == 0:
            return f"{number / scale:g}{suffix}"
    return f"{number:,}"
