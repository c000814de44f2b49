"""The models that a merge's expression names: ends of nodes, points inside phases, the last of several, averaged weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import ceil

from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.axis import bisect_steps
from mtdsl.plan.budgets import Budget
from mtdsl.plan.evaluate import Evaluator, count, whole
from mtdsl.plan.families import Families
from mtdsl.plan.model import Parent
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.points import point_of, pointless
from mtdsl.registry.merging import CHECKPOINTS

BASE = "base"
"""What a merger's call names the model by that the others are compared with: `ties(a, b, base = trunk)`."""

AVERAGED = "ema"
"""What is asked of a phase for the running average of its weights: `anneal.ema`, `anneal.ema.at(7T)`."""


MOST = 10_000
"""Checkpoints that all merges of a plan read at most."""


class Models:
    """Reads `anneal`, `lc[128k]`, `trunk.at(7T)`, `reason.last(3, every = 1000 steps)`, `anneal.ema`."""

    def __init__(self, families: Families, evaluator: Evaluator, budget: Callable[[str], Budget]) -> None:
        self._families = families
        self._evaluator = evaluator
        self._budget = budget
        self._taken = 0

    def is_node(self, expr: tree.Expr, scope: Scope) -> bool:
        """Whether a factor is what is merged, not its share."""
        if isinstance(expr, tree.Call):
            return True
        if isinstance(expr, tree.Member):
            return expr.rest in ((), (AVERAGED,))
        known = isinstance(expr, tree.Name) and expr.parts[1:] in ((), ("end",), (AVERAGED,))
        return known and isinstance(expr, tree.Name) and isinstance(scope.find(expr), Found)

    def parents(self, expr: tree.Value, scope: Scope) -> Iterator[Parent]:
        """The points of the flow that a node, a family or `x.last(...)` stands for. Raises `Mistake`."""
        base, averaged = _averaged(_method(expr)[0] if isinstance(expr, tree.Call) else expr)
        found = self._points(expr, base, scope) if isinstance(expr, tree.Call) else map(Parent, self.nodes(base, scope))
        yield from (replace(parent, weights="ema") for parent in found) if averaged else found

    def _points(self, call: tree.Call, base: tree.Value, scope: Scope) -> Iterator[Parent]:
        """`x.at(...)` and `x.last(n, every = ...)`."""
        method = _method(call)[1]
        for name in self.nodes(base, scope):
            budget = self.trained(name, call, scope)
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

    def trained(self, name: str, call: tree.Call, scope: Scope) -> Budget:
        """The budget of a node that trains. Raises `Mistake` for any other: it has no checkpoints inside."""
        found = scope.module.names.get(name.partition("[")[0])
        budget = self._budget(name) if found is not None and isinstance(found.item, tree.Phase) else None
        if budget is None or budget.batch is None:
            raise pointless(name, call.span)
        return budget

    def _last(self, call: tree.Call, name: str, budget: Budget, scope: Scope) -> Iterator[Parent]:
        every = next((item.value for item in call.named if item.name == "every"), None)
        complete = len(call.args) == len(call.named) == 1
        if not complete or every is None or isinstance(every, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("plugin-argument", "write how many and how far apart: `last(3, every = 1000 steps)`", call.span)
        wanted = count(self._evaluator.number(_expr(call.args[0]), scope), "last")
        apart, tokens = _apart(self._evaluator.number(every, scope), budget)
        most = _longest_step(budget) if tokens else 1
        if apart < most:
            message = f"`every = {every.span.text}` is less than a step of `{name}`"
            hint = f"a step has {most:,} tokens" if tokens else "write `every = 1000 steps`"
            raise mistake("unit-mismatch", message, every.span, help=hint)
        if (wanted - 1) * apart >= (budget.tokens if tokens else budget.steps):
            most = ceil((budget.tokens if tokens else budget.steps) / apart)
            hint = f"write `last({most}, every = {every.span.text})`, or take them closer together"
            raise mistake("at-past-end", f"`{name}` has {budget.steps:,} steps only", call.span, help=hint)
        if wanted > CHECKPOINTS:
            message = (
                f"{wanted:,} checkpoints of `{name}` would be merged, and a merge reads at most {CHECKPOINTS:,} of a phase"
            )
            hint = f"take them further apart: `last(10, every = {int(wanted * apart / 10)} {'tokens' if tokens else 'steps'})`"
            raise mistake("too-many-checkpoints", message, call.span, help=hint)
        self._taken += wanted
        if self._taken > MOST:
            message = f"with the {wanted:,} of `{name}` more than {MOST:,} checkpoints would be merged in all"
            raise mistake("too-many-checkpoints", message, call.span, help="take fewer of each phase")
        for back in (at * apart for at in range(wanted - 1, 0, -1)):
            step = bisect_steps(budget.tokens_at, budget.tokens - back) if tokens else ceil(budget.steps - back)
            yield Parent(name, budget.tokens_at(step))
        if wanted:
            yield Parent(name)

    def nodes(self, expr: tree.Value, scope: Scope) -> list[str]:
        """The nodes that a name stands for: all members of a family at its end. Raises `Mistake`."""
        if not isinstance(expr, tree.Name | tree.Member):
            raise mistake("merge-of-no-node", "a merge takes phases and merges", expr.span)
        base = expr if isinstance(expr, tree.Name) else expr.base
        asked = expr.rest if isinstance(expr, tree.Member) else expr.parts[1:]
        if asked not in ((), ("end",)):
            hint = "there are `end`, `at(...)`, `last(n, every = ...)`, and `ema` before any of them"
            raise mistake("unknown-name", f"a node has no `{'.'.join(asked)}` that could be merged", expr.span, help=hint)
        found = scope.module.names.get(base.parts[0])
        if found is None or not isinstance(found.item, tree.Phase | tree.Merge | tree.Start):
            known = [name for name, at in scope.module.names.items() if isinstance(at.item, tree.Phase | tree.Merge)]
            raise unknown_name(base.parts[0], expr.span, known, "phase or merge")
        if not isinstance(found.item, tree.Phase):
            return [base.parts[0]]
        family = self._families.of(found)
        keys = self._families.keys(expr.keys, scope) if isinstance(expr, tree.Member) else ()
        members = family.find(keys) if keys else family.exits
        if not members:
            raise unknown_name(expr.span.text, expr.span, [member.name for member in family.members], "member")
        return [member.name for member in members]

    def names(self, expr: tree.Value, scope: Scope) -> Iterator[str]:
        """Every node in a whole expression, without asking how long it trains."""
        if isinstance(expr, tree.Binary) and expr.op == "*":
            yield from self.names(expr.left if self.is_node(expr.left, scope) else expr.right, scope)
        elif isinstance(expr, tree.Binary):
            first, rest = tree.chain(expr, "+", "-", "/", "x")
            for term in (first, *(step.right for step in rest)):
                yield from self.names(term, scope)
        elif is_technique(expr):
            assert isinstance(expr, tree.Call)
            for arg in (*expr.args, *(item.value for item in expr.named if item.name == BASE)):
                yield from self.names(arg, scope)
        elif isinstance(expr, tree.Call):
            yield from self.nodes(_averaged(_method(expr)[0])[0], scope)
        elif isinstance(expr, tree.Name | tree.Member):
            yield from self.nodes(_averaged(expr)[0], scope)


def is_technique(expr: tree.Value) -> bool:
    """Whether it is a merger's call, not a point of a node such as `lc.at(7T)`."""
    return isinstance(expr, tree.Call) and isinstance(expr.func, tree.Name) and len(expr.func.parts) == 1


def _apart(gap: Quantity, budget: Budget) -> tuple[Fraction, bool]:
    """How far apart checkpoints are, and whether that is counted in tokens, not steps. Raises `Mistake`."""
    if gap.dimension == "share":
        return gap.value * (budget.steps if budget.in_steps else budget.tokens), not budget.in_steps
    tokens = gap.dimension == "tokens" or (gap.dimension == "number" and gap.scaled)
    if gap.dimension != "steps" and not tokens:
        hint = "write `every = 1000 steps`, `every = 10B` or `every = 10%`"
        raise mistake("unit-mismatch", f"`every` takes steps, tokens or a share, not {gap.noun}", gap.span, help=hint)
    return Fraction(whole(gap, "every")), tokens


def _longest_step(budget: Budget) -> int:
    """Tokens of the largest step: points that are as far apart lie at different steps."""
    return max(run.sequences for run in budget.batch.runs) * budget.batch.length if budget.batch else 0


def _method(call: tree.Call) -> tuple[tree.Name | tree.Member, str]:
    """`reason.last` apart: the node, and what is asked of it."""
    if isinstance(call.func, tree.Member):
        *before, method = call.func.rest or ("",)
        return tree.Member(call.func.span, call.func.base, call.func.keys, tuple(before)), method
    return tree.Name(call.func.span, call.func.parts[:-1] or call.func.parts), call.func.parts[-1]


def _averaged(expr: tree.Value) -> tuple[tree.Value, bool]:
    """`anneal.ema` apart: the node, and whether its averaged weights are meant."""
    if isinstance(expr, tree.Member) and expr.rest == (AVERAGED,):
        return tree.Member(expr.span, expr.base, expr.keys), True
    if isinstance(expr, tree.Name) and len(expr.parts) > 1 and expr.parts[1:] == (AVERAGED,):
        return tree.Name(expr.span, expr.parts[:-1]), True
    return expr, False


def _expr(value: tree.Value) -> tree.Expr:
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-number", "a number is expected here", value.span)
    return value
