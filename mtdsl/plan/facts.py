"""What may be asked of a node in an expression: `plan5t.tokens`, `soup.spent`, `lc[128k].context.end`."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Dimension, Quantity
from mtdsl.plan.budgets import Budget
from mtdsl.plan.drafts import Families
from mtdsl.plan.endings import rate_at
from mtdsl.plan.model import Merge, Phase, Start
from mtdsl.plan.names import Found, Module, Scope, unknown_name
from mtdsl.registry import Registry

OF_BUDGET = ("tokens", "steps", "context.start", "context.end", "batch.tokens", "batch.sequences")
OF_PHASE = (*OF_BUDGET, "seen", "spent", "lr.start", "lr.end", "warmup_steps")
OF_MERGE = ("seen", "spent", "tokens", "context.end")
OF_START = ("tokens", "seen", "spent", "lr.end", "context.end")


def node_of(base: tree.Name | tree.Member, scope: Scope, families: Families, module: Module) -> tuple[str, str]:
    """The node's name, and what is asked of it with dots. Raises `Mistake` where there is no such single node."""
    name = base.base if isinstance(base, tree.Member) else tree.Name(base.span, base.parts[:1])
    rest = base.rest if isinstance(base, tree.Member) else base.parts[1:]
    found = module.names.get(name.parts[0])
    if name.parts[0] in scope.local or (found and isinstance(found.item, tree.Param | tree.Let)):
        message = f"`{name.parts[0]}` stands for a value, which has no `{'.'.join(rest)}`"
        raise mistake("unknown-name", message, base.span)
    if not isinstance(found, Found) or not isinstance(found.item, tree.Phase | tree.Merge | tree.Start):
        raise unknown_name(name.parts[0], base.span, scope.known())
    if not rest:
        raise mistake(
            "not-a-number", f"`{base.span.text}` is no number", base.span, help=f"ask for one: `{name.parts[0]}.tokens`"
        )
    if not isinstance(found.item, tree.Phase):
        return name.parts[0], ".".join(rest)
    family = families.of(found)
    members = family.find(families.keys(base.keys, scope) if isinstance(base, tree.Member) else ())
    if len(members) != 1:
        listed = ", ".join(f"`{member.name}`" for member in family.members[:8])
        raise mistake("unknown-name", f"`{base.span.text}` is no single member", base.span, help=f"there are {listed}")
    return members[0].name, ".".join(rest)


def of_budget(budget: Budget, asked: str, span: Span) -> Quantity:
    """A fact that no curve decides."""
    context = budget.window.context
    first = budget.batch.runs[0].sequences if budget.batch else 0
    values: dict[str, tuple[int | None, Dimension]] = {
        "tokens": (budget.tokens, "tokens"),
        "steps": (budget.steps, "steps"),
        "context.start": (context.start, "length"),
        "context.end": (context.end, "length"),
        "batch.tokens": (first * context.end, "tokens"),
        "batch.sequences": (first, "number"),
    }
    return _known(*values[asked], asked, span)


def of_phase(phase: Phase, asked: str, span: Span, registry: Registry) -> Quantity:
    """A fact of a lowered phase. Raises `Mistake` for a name that is none."""
    if asked not in OF_PHASE:
        raise _no_fact(asked, OF_PHASE, span)
    if asked in ("seen", "spent"):
        return _known(phase.seen if asked == "seen" else phase.spent, "tokens", asked, span)
    if asked == "warmup_steps":
        return _known(phase.lr.warmup.steps if phase.lr and phase.lr.warmup else 0, "steps", asked, span)
    if phase.lr is None:
        return _known(None, "number", asked, span)
    rate = phase.lr.pieces[0].start if asked == "lr.start" else rate_at(phase, phase.tokens, registry) or Fraction(0)
    return Quantity(rate, "number", span)


def of_merge(merge: Merge, asked: str, span: Span) -> Quantity:
    """A fact of a merge."""
    if asked not in OF_MERGE:
        raise _no_fact(asked, OF_MERGE, span)
    values: dict[str, tuple[int, Dimension]] = {
        "seen": (merge.seen, "tokens"),
        "spent": (merge.spent, "tokens"),
        "tokens": (0, "tokens"),
        "context.end": (merge.context, "length"),
    }
    return _known(*values[asked], asked, span)


def of_start(start: Start, asked: str, span: Span) -> Quantity:
    """A declared fact of a start."""
    if asked not in OF_START:
        raise _no_fact(asked, OF_START, span)
    if asked == "lr.end":
        return _known(start.lr, "number", asked, span)
    if asked == "context.end":
        return _known(start.context, "length", asked, span)
    return _known(start.tokens, "tokens", asked, span)


def _known(value: int | Fraction | None, dimension: Dimension, asked: str, span: Span) -> Quantity:
    if value is None:
        raise mistake("size-unknown", f"`{asked}` is not known here", span, help="declare it where the node is declared")
    return Quantity(Fraction(value), dimension, span)


def _no_fact(asked: str, known: tuple[str, ...], span: Span) -> Mistake:
    listed = ", ".join(f"`{name}`" for name in known)
    return mistake("unknown-name", f"a node has no `{asked}`", span, help=f"it has {listed}")
