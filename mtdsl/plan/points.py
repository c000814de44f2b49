"""Points inside a phase: `x.at(7T)`, the next step boundary."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.plan.budgets import Budget
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.names import Scope


def pointless(name: str, span: Span) -> Mistake:
    """The error for a point inside of a node that trains nothing."""
    hint = f"it is one set of weights: write `{name}` without a point"
    return mistake("at-past-end", f"`{name}` trains nothing, so it has no point inside", span, help=hint)


def point_of(call: tree.Call, budget: Budget, scope: Scope, evaluator: Evaluator, name: str) -> int | None:
    """Tokens of the phase at the step boundary that `at(...)` names, None for its end. Raises `Mistake` past it."""
    if call.func.span.text == "ema":
        hint = f"give them a name: `merge averaged = {name}.ema`, and write `flow {name} -> averaged -> ...`"
        raise mistake(
            "plugin-argument", "a flow goes on from weights that were trained, not from averaged ones", call.span, help=hint
        )
    named_at = call.func.span.text.rpartition(".")[2] == "at"
    if not named_at or len(call.args) != 1 or call.named or isinstance(call.args[0], tree.Hold | tree.Ruled | tree.Move):
        raise mistake("plugin-argument", "write one point: `at(7T)`, `at(80%)` or `at(9000 steps)`", call.span)
    if budget.batch is None:
        raise pointless(name, call.span)
    axis = budget.axis
    wanted = axis.position(evaluator.number(call.args[0], scope), Fraction(0))
    steps = axis.steps_before(wanted)
    if steps > budget.own or wanted <= 0:
        tokens, written = budget.tokens_at(budget.own), call.args[0].span.text
        message = f"`{name}` has {tokens:,} tokens in {budget.own:,} steps; `{written}` is not inside"
        hint = f"write a point inside, at most `at(100%)`; or train `{name}` longer"
        hint = hint if wanted > 0 else "write at least `at(1 steps)`"
        raise mistake("at-past-end", message, call.args[0].span, help=hint)
    return budget.tokens_at(steps) if steps < budget.steps else None
