"""What may be asked of a node in an expression: `plan5t.tokens`, `soup.spent`, `lc[128k].context.end`."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction
from typing import Literal, cast

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.frozen import Frozen
from mtdsl.lang import tree
from mtdsl.lang.units import Dimension, Quantity
from mtdsl.plan.budgets import Budget
from mtdsl.plan.families import Families, no_single
from mtdsl.plan.holdings import held, numbers_in, quantity_of, stands_still
from mtdsl.plan.model import Merge, Phase, Source, Start, Totals
from mtdsl.plan.names import Found, Module, Scope, unknown_name
from mtdsl.plan.readouts import POINTS, Reader
from mtdsl.plan.scalars import NUMBERS
from mtdsl.plan.sources import undeclared

OF_BATCH = ("batch.tokens", "batch.sequences", "batch.start.tokens", "batch.end.tokens", "batch.end.sequences")
OF_BUDGET = ("tokens", "steps", "context.start", "context.end", *OF_BATCH, "batch.start.sequences")
OF_MIX = ("mix.SOURCE", "mix.start.SOURCE", "mix.end.SOURCE")
OF_PHASE = (*OF_BUDGET, "seen", "spent", "lr.start", "lr.end", "lr.at(7T)", *OF_MIX, "warmup_steps")
WORDS = {name.partition(".")[0] for name in OF_PHASE} | {field.name for field in fields(Phase)} | NUMBERS.keys()
"""What the first word of a fact of a phase may be."""
OF_MERGE = ("seen", "spent", "tokens", "context.end")
OF_START = ("tokens", "seen", "spent", "lr.end", "context.end")
TECHNIQUES = tuple(f"{name}.PARAMETER" for name in ("optimizer", "packing", "objective", "context.extender"))
TAKEN = ("tokens", "epochs")
"""What is asked of a source and known of a whole plan only."""
WHOLE = ("totals", "model", "tokenizer")
OF_SOURCE = ("size", "tokens", "epochs")


def node_of(base: tree.Name | tree.Member, scope: Scope, families: Families, module: Module) -> tuple[str, str]:
    """The node's name, and what is asked of it with dots. Raises `Mistake` where there is no such single node."""
    name = base.base if isinstance(base, tree.Member) else tree.Name(base.span, base.parts[:1])
    rest = base.rest if isinstance(base, tree.Member) else base.parts[1:]
    found = module.names.get(name.parts[0])
    if name.parts[0] in module.again:
        raise Mistake
    if name.parts[0] in scope.local or (found and isinstance(found.item, tree.Param | tree.Let)):
        message = f"`{name.parts[0]}` stands for a value, which has no `{'.'.join(rest)}`"
        raise mistake("unknown-name", message, base.span)
    if not isinstance(found, Found) or not isinstance(found.item, tree.Phase | tree.Merge | tree.Start):
        raise unknown_name(name.parts[0], base.span, [*scope.known(), *WHOLE])
    if not rest:
        raise mistake(
            "not-a-number", f"`{base.span.text}` is no number", base.span, help=f"ask for one: `{name.parts[0]}.tokens`"
        )
    if not isinstance(found.item, tree.Phase):
        return name.parts[0], ".".join(rest)
    family = families.of(found)
    members = family.find(families.keys(base.keys, scope) if isinstance(base, tree.Member) else ())
    if len(members) != 1:
        raise no_single(family, members, base.span, "".join(f".{word}" for word in rest))
    return members[0].name, ".".join(rest)


def members_of(base: tree.Name | tree.Member, scope: Scope, families: Families, module: Module) -> Quantity | None:
    """`anneal.members`: how many there are; None where something else is asked."""
    rest = base.rest if isinstance(base, tree.Member) else base.parts[1:]
    found = module.names.get((base.base if isinstance(base, tree.Member) else base).parts[0])
    if rest != ("members",) or not isinstance(found, Found) or not isinstance(found.item, tree.Phase):
        return None
    keys = families.keys(base.keys, scope) if isinstance(base, tree.Member) else ()
    return Quantity(Fraction(len(families.of(found).find(keys))), "number", base.span)


def of_budget(budget: Budget, asked: str, span: Span) -> Quantity:
    """A fact that no curve decides."""
    context, runs = budget.window.context, budget.batch.runs if budget.batch else ()
    if asked.startswith("batch."):
        size = 0 if not runs else runs[-1 if ".end." in asked else 0].sequences
        tokens = asked.endswith("tokens")
        return _known(size * context.end if tokens else size, "tokens" if tokens else "number", asked, span)
    values: dict[str, tuple[int | None, Dimension]] = {
        "tokens": (budget.tokens, "tokens"),
        "steps": (budget.steps, "steps"),
        "context.start": (context.start, "length"),
        "context.end": (context.end, "length"),
    }
    return _known(*values[asked], asked, span)


def check_asked(asked: str, span: Span) -> None:
    """Raises `Mistake` for a word that no phase has an answer to, whatever phase it is."""
    if asked.partition(".")[0] not in WORDS:
        raise _no_fact(asked, (*OF_PHASE, *NUMBERS, *TECHNIQUES), span)


def of_phase(phase: Phase, asked: str, span: Span, reader: Reader) -> Quantity:
    """A fact of a lowered phase. Raises `Mistake` for a name that is none."""
    if asked in ("seen", "spent"):
        return _known(phase.seen if asked == "seen" else phase.spent, "tokens", asked, span)
    if asked == "warmup_steps":
        return _known(phase.lr.warmup.steps if phase.lr and phase.lr.warmup else 0, "steps", asked, span)
    path = tuple(asked.split("."))
    found = held(phase, path)
    if found is not None and not stands_still(found.value) and (found.moves or not _longer(asked, OF_PHASE)):
        return quantity_of(found, span)
    point = next((word for word in path if word in POINTS), None)
    where = cast(Literal["start", "end"], point or "end")
    read = reader.read(phase, tuple(word for word in path if word != point), where, span)
    if read is None:
        raise _no_fact(asked, (*OF_PHASE, *(name for name in numbers_in(phase) if name not in OF_PHASE)), span)
    return read


def of_point(phase: Phase, asked: str, tokens: int, span: Span, reader: Reader) -> Quantity:
    """A fact of a phase after `tokens` of its own."""
    found = reader.read(phase, tuple(asked.split(".")), tokens, span)
    if found is None:
        moving = (name.removesuffix("end") + "at(80%)" for name in numbers_in(phase) if name.endswith(".end"))
        raise _no_fact(asked, ("lr.at(7T)", "mix.SOURCE.at(80%)", "batch.tokens.at(9000 steps)", *moving), span)
    return found


def of_part(part: Frozen, asked: str, span: Span, known: tuple[str, ...] = (), of: str = "a node") -> Quantity:
    """A number that a part of a plan holds; `known` is what can be asked of it besides. Raises `Mistake`.

    Of a total that is a bound, that bound: what holds of it is told by `mtdsl.plan.doubts`.
    """
    found = held(part, tuple(asked.split(".")))
    if found is None:
        raise _no_fact(asked, (*known, *(name for name in numbers_in(part) if name not in known)), span, of)
    return quantity_of(found, span, most=isinstance(part, Totals))


def of_source(source: Source, taken: float | None, asked: str, span: Span) -> Quantity:
    """A fact of a source: its `size`, the `tokens` that the plan takes of it and its parts, how many epochs that is."""
    name, size = source.name, source.tokens.value
    if asked not in OF_SOURCE:
        return of_part(source, asked, span, OF_SOURCE, "a source")
    if asked != "tokens" and not size:
        raise mistake("size-unknown", f"the size of `{name}` is not known", span, help=undeclared(source))
    if asked != "tokens" and source.tokens.certainty == "bounded":
        message = f"how much of `{name}` its filters leave is not known: at most {int(size or 0):,} tokens"
        raise mistake("size-unknown", message, span)
    if asked == "size":
        return _known(int(size or 0), "tokens", asked, span)
    if taken is None:
        message = f"how much of `{name}` is taken hangs on a rule, and on sizes that are not known"
        raise mistake("size-unknown", message, span, help="declare the sizes of the sources")
    if asked == "tokens":
        return Quantity(Fraction(round(taken)), "tokens", span)
    return Quantity(Fraction(repr(taken / (source.epoch or 1))), "number", span)


def of_merge(merge: Merge, asked: str, span: Span) -> Quantity:
    """A fact of a merge."""
    if asked not in OF_MERGE:
        return of_part(merge, asked, span, OF_MERGE)
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
        return of_part(start, asked, span, OF_START)
    if asked == "lr.end":
        return _known(start.lr, "rate", asked, span)
    if asked == "context.end":
        return _known(start.context, "length", asked, span)
    return _known(start.tokens, "tokens", asked, span)


def _known(value: int | Fraction | None, dimension: Dimension, asked: str, span: Span) -> Quantity:
    if value is None:
        raise mistake("size-unknown", f"`{asked}` is not known here", span, help="declare it where the node is declared")
    return Quantity(Fraction(value), dimension, span)


def _longer(asked: str, known: tuple[str, ...]) -> list[str]:
    return [name for name in known if name.startswith(f"{asked}.")]


def _no_fact(asked: str, known: tuple[str, ...], span: Span, of: str = "a node") -> Mistake:
    if longer := _longer(asked, known):
        base = span.text.removesuffix(asked) if span.text.endswith(asked) else ""
        one = f"ask for one: {', '.join(f'`{base}{name}`' for name in longer)}"
        return mistake("not-a-number", f"`{span.text}` is no number", span, help=one)
    where = Span(span.source, max(span.start, span.end - len(asked)), span.end)
    hint, fix = suggest(asked, where, known, f"it has {', '.join(f'`{name}`' for name in known)}")
    return mistake("unknown-name", f"{of} has no `{asked}`", span, help=hint, fix=fix)
