"""Events that wait for progress, `when tokens >= 80%`: what they wait for. The plan knows where that is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.drafts import Occasion
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.evaluations import CHAIN, PROGRESS
from mtdsl.plan.names import Bound, Scope

MIRRORED = {"<=": ">=", ">=": "<="}


@node
class Waits(Frozen):
    """How far its phase must be: an `amount` of tokens or steps, or a share of it."""

    of: Literal["tokens", "steps"]
    amount: Quantity


def waits_for(when: Occasion, evaluator: Evaluator, parent: str | None) -> Waits | None:
    """The progress that an event waits for; None where it waits for what is measured. Raises `Mistake`.

    `parent` is what the phase begins with.
    """
    test, scope = evaluator.resolve(when.item.test, when.scope)
    _check_unmixed(test, scope)
    if not isinstance(test, tree.Binary) or test.op in ("and", "or"):
        return None
    op, named, other = test.op, test.left, test.right
    for side, amount in (named, other), (other, named):
        if _is_of_chain(side, scope):
            raise _of_the_chain(side.span, amount.span, parent)
    if not _is_progress(named, scope):
        op, named, other = cast("tree.Operator", MIRRORED.get(op, op)), other, named
    if not _is_progress(named, scope):
        return None
    of = cast(Literal["tokens", "steps"], named.span.text)
    if op != ">=":
        hint = f"write `{of} >= {other.span.text}`"
        raise mistake("progress-test", f"an event waits until so many {of} are done", test.span, help=hint)
    return Waits(of, _amount(of, evaluator.number(other, scope)))


def _check_unmixed(test: tree.Expr, scope: Scope) -> None:
    """Raises `Mistake` where progress is part of a longer test: that no `expect` would mend."""
    first, rest = tree.chain(test, "and", "or")
    for part in (first, *(step.right for step in rest)) if rest else ():
        _check_unmixed(part, scope)
        for side in (part.left, part.right) if isinstance(part, tree.Binary) else ():
            if _is_progress(side, scope) or _is_of_chain(side, scope):
                raise progress_mixed(side.span.text, side.span)


def progress_mixed(name: str, span: Span) -> Mistake:
    """The error for progress in a test of what is measured, or where a phase is over by then."""
    message = f"`{name}` is no measurement: the plan knows how far a phase is"
    counted = "steps" if name == "steps" else "tokens"
    hint = f"write an event of its own, `when {counted} >= 80% {{ ... }}`; where a phase ends, its budget says"
    return mistake("progress-test", message, span, help=hint)


def _of_the_chain(name: Span, amount: Span, parent: str | None) -> Mistake:
    """The error for tokens of a whole chain, with what they are in its phase."""
    message = f"an event counts from where its phase begins, and `{name.text}` is of the whole chain"
    behind = f" - {parent}.{name.text}" if parent else ""
    return mistake("progress-test", message, name, help=f"write `tokens >= {amount.text}{behind}`")


def _is_of_chain(expr: tree.Expr, scope: Scope) -> bool:
    return isinstance(expr, tree.Name) and expr.span.text in CHAIN and scope.find(expr) is None


def _is_progress(expr: tree.Expr, scope: Scope) -> bool:
    found = isinstance(expr, tree.Name) and len(expr.parts) == 1 and expr.parts[0] in PROGRESS
    return found and not isinstance(scope.find(cast(tree.Name, expr)), Bound)


def _amount(of: str, amount: Quantity) -> Quantity:
    """A plain number is so many tokens or steps; every other is a share, or has the unit of what is waited for."""
    plain = amount.dimension == "number"
    if plain and not (of == "steps" and amount.scaled):
        return replace(amount, dimension=cast(Literal["tokens", "steps"], of))
    if amount.dimension in (of, "share"):
        return amount
    hint = f"write `{of} >= {'7T' if of == 'tokens' else '9000'}` or `{of} >= 80%`"
    noun = "a number of tokens" if amount.scaled else amount.noun
    raise mistake("unit-mismatch", f"`{of}` is compared with {noun}", amount.span, help=hint)
