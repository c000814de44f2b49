"""Tests that a run answers: `loss < 1.98`, `niah >= 100% and short >= 98% * pretrain.short`, `plateau(loss, over = 10B)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.evaluations import CHAIN, PROGRESS, STEP_METRICS, Evals, Unit
from mtdsl.plan.model import Term, Test
from mtdsl.plan.names import Bound, Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.progress import progress_mixed

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
Asked = Callable[[tree.Name | tree.Member, Scope], tuple[str, str]]


class Conditions:
    """Reads tests. `asked` takes `pretrain.short` apart into the node and what is asked of it; it raises `Mistake`."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques, evals: Evals, asked: Asked) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._evals = evals
        self._asked = asked

    def read(self, value: tree.Value, scope: Scope) -> Test:
        """The test that a value says. Raises `Mistake` where it is none, or asks for what nothing measures."""
        match value:
            case tree.Unary(op="not"):
                return Test("not", tests=(self.read(value.operand, scope),))
            case tree.Binary(op="and" | "or" as op):
                first, rest = tree.chain(value, op)
                return Test(op, tests=(self.read(first, scope), *(self.read(step.right, scope) for step in rest)))
            case tree.Binary() if value.op in COMPARISONS:
                return self._comparison(value, scope)
            case tree.Call():
                return self._gate(value, scope)
            case tree.Name() if isinstance(found := scope.find(value), Bound):
                return self.read(found.expr, found.scope)
            case tree.Name() if value.parts[1:] == () and self._techniques.knows("gate", value.parts[0]):
                return self._gate(value, scope)
        hint = "write a comparison such as `loss < 1.98`, joined by `and`, `or` and `not`"
        raise mistake("not-a-test", "a test of what is measured is expected here", value.span, help=hint)

    def _gate(self, call: tree.Call | tree.Name, scope: Scope) -> Test:
        plugin = self._techniques.bind("gate", call, scope)
        for metric in self._techniques.ask("gate", plugin, lambda made: tuple(made.metrics()), call.span):
            self.check_metric(metric, call.span)
        return Test("gate", plugin=plugin)

    def check_metric(self, metric: str, span: Span) -> None:
        """Raises `Mistake` for what nothing measures."""
        name, *rest = metric.split(".")
        if name not in self.known:
            raise unknown_name(name, span, list(self.known), "metric")
        self._part(name, tuple(rest), span)

    def _comparison(self, test: tree.Binary, scope: Scope) -> Test:
        left, right = self._side(test.left, scope), self._side(test.right, scope)
        if not (isinstance(left, Term) or isinstance(right, Term)):
            message = "this test compares two numbers, so nothing that a run measures decides it"
            hint = f"compare something measured: {', '.join(f'`{name}`' for name in self.known)}"
            raise mistake("test-constant", message, test.span, help=hint)
        terms = (self._term(left, right, test), self._term(right, left, test))
        return Test(cast(Literal["<", "<=", ">", ">=", "==", "!="], test.op), terms)

    def _side(self, expr: tree.Expr, scope: Scope) -> Term | Quantity:
        """One side of a comparison: a metric, a multiple of one, or a number."""
        if isinstance(expr, tree.Name | tree.Member):
            return self._named(expr, scope)
        if isinstance(expr, tree.Binary) and expr.op in ("*", "/"):
            left, right = self._side(expr.left, scope), self._side(expr.right, scope)
            if isinstance(left, Term) and isinstance(right, Quantity) and not (expr.op == "/" and right.value == 0):
                return _scaled(left, right if expr.op == "*" else replace(right, value=1 / right.value), expr.span)
            if expr.op == "*" and isinstance(left, Quantity) and isinstance(right, Term):
                return _scaled(right, left, expr.span)
            if isinstance(left, Term) or isinstance(right, Term):
                raise mistake("not-a-test", "what is measured can be multiplied by a number only", expr.span)
        return self._evaluator.number(expr, scope)

    def _named(self, expr: tree.Name | tree.Member, scope: Scope) -> Term | Quantity:
        if isinstance(expr, tree.Name):
            first, rest = expr.parts[0], expr.parts[1:]
            if first in self._evals.names and first not in scope.local:
                return Term(metric=self._part(first, rest, expr.span))
            if first in STEP_METRICS and not rest:
                return Term(metric=first)
            found = scope.find(expr)
            if isinstance(found, Bound):
                return self._side(found.expr, found.scope)
            if not rest:
                raise (
                    progress_mixed(first, expr.span) if first in (*PROGRESS, *CHAIN) else self._unknown(first, expr.span, found)
                )
        node, asked = self._asked(expr, scope)
        metric, *parts = asked.split(".")
        if metric in STEP_METRICS and not parts:
            return Term(metric=metric, of=node)
        if metric in self._evals.names:
            return Term(metric=self._part(metric, tuple(parts), expr.span), of=node)
        return self._evaluator.number(expr, scope)

    def _part(self, name: str, rest: tuple[str, ...], span: Span) -> str:
        known = self._evals.parts(name)
        if rest and (len(rest) > 1 or rest[0] not in known):
            raise unknown_name(".".join(rest), span, list(known), f"part of `{name}` called")
        return ".".join((name, *rest))

    def _term(self, side: Term | Quantity, other: Term | Quantity, test: tree.Binary) -> Term:
        """A side of the comparison with `other`, which says what its numbers must be."""
        unit = self._evals.unit(other.metric) if isinstance(other, Term) else None
        if isinstance(side, Quantity):
            return Term(value=_fitting(side, cast(Term, other).metric, cast(Unit, unit)))
        if unit is not None and unit != self._evals.unit(side.metric):
            message = f"`{side.metric}` and `{cast(Term, other).metric}` do not go together: one of them is a share"
            raise mistake("unit-mismatch", message, test.span)
        return side

    def _unknown(self, name: str, span: Span, found: Found | None) -> Mistake:
        if found is not None:
            hint = f"write what is measured there: `{name}.loss`"
            return mistake("not-a-test", f"`{name}` is nothing that is measured", span, help=hint)
        listed = ", ".join(f"`{known}`" for known in self.known)
        nearest, fix = suggest(name, span, self.known, f"what is measured is {listed}")
        return mistake("unknown-name", f"there is no metric `{name}`", span, help=nearest, fix=fix)

    @property
    def known(self) -> tuple[str, ...]:
        """Every metric, parts left out."""
        return (*STEP_METRICS, *self._evals.names)


def measured_at(test: Test) -> tuple[str, ...]:
    """The nodes at whose ends a test asks for something."""
    inner = (node for part in test.tests for node in measured_at(part))
    return tuple(dict.fromkeys((*(term.of for term in test.terms if term.of), *inner)))


def _scaled(term: Term, factor: Quantity, span: Span) -> Term:
    if factor.dimension not in ("number", "share") or factor.scaled:
        raise mistake("unit-mismatch", f"what is measured times {factor.noun} has no meaning here", span)
    return replace(term, times=term.times * factor.value)


def _fitting(number: Quantity, metric: str, unit: Unit) -> Fraction:
    """A number that a metric may be compared with. Raises `Mistake` for one of another dimension."""
    written = number.span.text
    if number.dimension not in ("number", "share") or number.scaled:
        noun = "a number of tokens" if number.scaled else number.noun
        raise mistake("unit-mismatch", f"`{metric}` is compared with `{written}`, which is {noun}", number.span)
    if unit == "share" and not 0 <= number.value <= 1:
        hint = f"write `{written}%`" if number.dimension == "number" and 0 <= number.value <= 100 else None
        raise mistake("unit-mismatch", f"`{metric}` is a share between 0% and 100%, so never {written}", number.span, help=hint)
    if unit == "number" and number.dimension == "share":
        raise mistake("unit-mismatch", f"`{metric}` is no share", number.span, help="write a plain number")
    return number.value
