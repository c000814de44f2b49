"""Merges: which weights go in, with which shares, by which technique."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.budgets import Budget
from mtdsl.plan.drafts import Families
from mtdsl.plan.evaluate import Evaluator, count, whole
from mtdsl.plan.model import Parent, Plugin
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.points import point_of

MERGER = "average"
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a merge's expression says."""

    merger: Plugin
    parents: tuple[Parent, ...]
    weights: tuple[Fraction, ...]


class Merges:
    """Reads merge expressions: `average(anneal)`, `average(x.last(3, every = 1000 steps))`, `90% * a + 10% * b`."""

    def __init__(
        self, families: Families, evaluator: Evaluator, techniques: Techniques, budget: Callable[[str], Budget]
    ) -> None:
        self._families = families
        self._evaluator = evaluator
        self._techniques = techniques
        self._budget = budget
        self._done: dict[str, Terms] = {}

    def of(self, found: Found) -> Terms:
        """The terms of a `merge` item. Raises `Mistake`."""
        assert isinstance(found.item, tree.Merge)
        name = found.item.name
        if name not in self._done:
            self._done[name] = self._terms(found.item, Scope(found.module))
        return self._done[name]

    def names(self, found: Found) -> tuple[str, ...]:
        """The nodes whose weights go in, without asking how long they train."""
        assert isinstance(found.item, tree.Merge)
        return tuple(dict.fromkeys(self._names(found.item.value, Scope(found.module))))

    def _terms(self, item: tree.Merge, scope: Scope) -> Terms:
        if isinstance(item.value, tree.Call) and isinstance(item.value.func, tree.Name):
            call = item.value
            parents = tuple(parent for arg in call.args for parent in self._parents(arg, scope))
            merger = self._techniques.bind("merger", call, scope, without=len(call.args))
            weights = tuple(Fraction(1, len(parents)) for _ in parents)
        else:
            pairs = list(self._weighted(item.value, scope))
            merger = self._techniques.default("merger", MERGER, item.name_span)
            parents, weights = tuple(parent for parent, _ in pairs), tuple(weight for _, weight in pairs)
        if len(parents) < 1:
            raise mistake("merge-empty", f"`{item.name}` merges nothing", item.value.span)
        if sum(weights) != ONE:
            raise mistake(
                "mix-not-100", f"the shares of `{item.name}` sum to {float(sum(weights)):.4%}, not 100 %", item.value.span
            )
        return Terms(merger, parents, weights)

    def _weighted(self, expr: tree.Expr, scope: Scope) -> Iterator[tuple[Parent, Fraction]]:
        if isinstance(expr, tree.Binary) and expr.op == "+":
            yield from self._weighted(expr.left, scope)
            yield from self._weighted(expr.right, scope)
        elif isinstance(expr, tree.Binary) and expr.op == "*":
            share, node = (expr.right, expr.left) if self._is_node(expr.left, scope) else (expr.left, expr.right)
            amount = self._evaluator.number(share, scope).value
            parents = list(self._parents(node, scope))
            yield from ((parent, amount / len(parents)) for parent in parents)
        else:
            yield from ((parent, ONE) for parent in self._parents(expr, scope))

    def _is_node(self, expr: tree.Expr, scope: Scope) -> bool:
        """Whether a factor is what is merged, not its share."""
        if isinstance(expr, tree.Call):
            return True
        if isinstance(expr, tree.Member):
            return not expr.rest
        return isinstance(expr, tree.Name) and len(expr.parts) == 1 and isinstance(scope.find(expr), Found)

    def _parents(self, expr: tree.Value, scope: Scope) -> Iterator[Parent]:
        if isinstance(expr, tree.Call):
            yield from self._points(expr, scope)
        else:
            yield from (Parent(name) for name in self._nodes(expr, scope))

    def _points(self, call: tree.Call, scope: Scope) -> Iterator[Parent]:
        """`x.at(...)` and `x.last(n, every = ...)`."""
        base, method = _method(call)
        for name in self._nodes(base, scope):
            budget = self._budget(name)
            if method == "at":
                yield Parent(name, point_of(call, budget, scope, self._evaluator, name))
            elif method == "last":
                yield from self._last(call, name, budget, scope)
            else:
                raise mistake(
                    "unknown-name",
                    f"a node has no `{method}`",
                    call.span,
                    help="there are `at(...)` and `last(n, every = ...)`",
                )

    def _last(self, call: tree.Call, name: str, budget: Budget, scope: Scope) -> Iterator[Parent]:
        every = next((item.value for item in call.named if item.name == "every"), None)
        complete = len(call.args) == len(call.named) == 1
        if not complete or every is None or isinstance(every, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("plugin-argument", "write how many and how far apart: `last(3, every = 1000 steps)`", call.span)
        wanted = count(self._evaluator.number(_expr(call.args[0]), scope), "last")
        gap = self._evaluator.number(every, scope)
        if gap.dimension != "steps":
            raise mistake("unit-mismatch", f"`every` takes a number of steps, not {gap.noun}", every.span)
        for index in range(wanted - 1, -1, -1):
            step = budget.steps - index * whole(gap, "every")
            if step <= 0:
                raise mistake("at-past-end", f"`{name}` has {budget.steps:,} steps only", call.span)
            yield Parent(name) if index == 0 else Parent(name, budget.tokens_at(step))

    def _nodes(self, expr: tree.Value, scope: Scope) -> list[str]:
        if not isinstance(expr, tree.Name | tree.Member):
            raise mistake("merge-of-no-node", "a merge takes phases and merges", expr.span)
        base = expr if isinstance(expr, tree.Name) else expr.base
        found = scope.module.names.get(base.parts[0])
        if found is None or not isinstance(found.item, tree.Phase | tree.Merge | tree.Start):
            known = [name for name, at in scope.module.names.items() if isinstance(at.item, tree.Phase | tree.Merge)]
            raise unknown_name(base.parts[0], expr.span, known, "phase or merge")
        if not isinstance(found.item, tree.Phase):
            return [base.parts[0]]
        family = self._families.of(found)
        keys = self._families.keys(expr.keys, scope) if isinstance(expr, tree.Member) else ()
        members = [member for member in family.find(keys) if keys or member in family.exits]
        if not members:
            raise unknown_name(expr.span.text, expr.span, [member.name for member in family.members], "member")
        return [member.name for member in members]

    def _names(self, expr: tree.Value, scope: Scope) -> Iterator[str]:
        if isinstance(expr, tree.Binary) and expr.op == "*":
            yield from self._names(expr.left if self._is_node(expr.left, scope) else expr.right, scope)
        elif isinstance(expr, tree.Binary):
            yield from self._names(expr.left, scope)
            yield from self._names(expr.right, scope)
        elif isinstance(expr, tree.Call) and isinstance(expr.func, tree.Name) and len(expr.func.parts) == 1:
            for arg in expr.args:
                yield from self._names(arg, scope)
        elif isinstance(expr, tree.Call):
            yield from self._nodes(_method(expr)[0], scope)
        elif isinstance(expr, tree.Name | tree.Member):
            yield from self._nodes(expr, scope)


def _method(call: tree.Call) -> tuple[tree.Name | tree.Member, str]:
    """`reason.last` apart: the node, and what is asked of it."""
    if isinstance(call.func, tree.Member):
        return tree.Member(call.func.span, call.func.base, call.func.keys), call.func.rest[-1] if call.func.rest else ""
    return tree.Name(call.func.span, call.func.parts[:-1] or call.func.parts), call.func.parts[-1]


def _expr(value: tree.Value) -> tree.Expr:
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-number", "a number is expected here", value.span)
    return value
