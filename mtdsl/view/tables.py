"""The tables of a plan in the terminal: phases, how they train, transitions, merges, sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Literal

from rich.table import Table

from mtdsl.plan.certainty import capped, seen
from mtdsl.plan.curves import sources_of
from mtdsl.plan.endings import first_of, value_at
from mtdsl.plan.intake import intake
from mtdsl.plan.model import Curve, Evaluation, Known, Merge, Parent, Phase, Plan, Source
from mtdsl.registry import Registry
from mtdsl.view import amounts, axis, numbers, phrases
from mtdsl.view.columns import Column

PHASE = ("phase", "from", "asked", "tokens", "seen", "steps", "window", "tokens a step", "warm-up", "seed")
NUMERIC = ("tokens", "seen", "steps", "window", "tokens a step", "warm-up", "seed", "holds", "trained on", "epochs")


def of(plan: Plan, columns: Sequence[Column], registry: Registry, width: int) -> Iterator[Table]:
    """Every table that has a row, for a page of `width` characters."""
    made = (
        *_phases(columns, seen(plan), width),
        _training([phase for phase in plan.phases if phase.steps], registry),
        _chosen(columns),
        _events(plan.phases),
        _transitions(plan.phases),
        _merges(plan.merges),
        _evals(plan.evals),
        _sources(plan, registry),
    )
    return (table for table in made if table.row_count)


def _table(*heads: str, whole: Sequence[str] = NUMERIC) -> Table:
    """A table whose columns `whole` are never folded: half a number must not pass for one."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        kept = head in whole
        side: Literal["left", "right"] = "right" if head in NUMERIC else "left"
        table.add_column(head, justify=side, no_wrap=kept, overflow="ellipsis" if kept else "fold")
    return table


def _phases(columns: Sequence[Column], counted: Mapping[str, Known], width: int) -> Iterator[Table]:
    """The phases; columns that do not fit beside the others follow in another table."""
    rows = [tuple(_phase(one.node, counted[one.node.name])) for one in columns if isinstance(one.node, Phase)]
    name, *least = (max(map(len, cells)) for cells in zip(PHASE, *rows, strict=True))
    for band in axis.bands([wide + 2 for wide in least], width - name):
        kept = (0, *(index + 1 for index in band))
        heads = [PHASE[index] for index in kept]
        table = _table(*heads, whole=heads)
        for row in rows:
            table.add_row(*(row[index] for index in kept))
        yield table


def _phase(phase: Phase, counted: Known) -> Iterator[str]:
    yield phase.name
    yield ", ".join(phrases.parent(parent) for parent in phase.parents) or "nothing"
    more = f" + up to {numbers.count(phase.extended)}" if phase.extended else ""
    yield phrases.asked(phase.asked) + more
    yield amounts.counted(phase, "tokens")
    yield amounts.known(counted)
    yield amounts.counted(phase, "steps")
    yield f"{phase.context.end:,}"
    yield phrases.step_size(phase)
    yield numbers.count(phase.lr.warmup.steps) if phase.lr and phase.lr.warmup else "none"
    yield str(phase.seed)


def _training(phases: Sequence[Phase], registry: Registry) -> Table:
    """One row for phases in a row that train alike."""
    table = _table("phases", "train with")
    for alike, group in groupby(phases, key=lambda phase: _manner(phase, registry)):
        table.add_row(", ".join(phase.name for phase in group), alike)
    return table


def _manner(phase: Phase, registry: Registry) -> str:
    moving = {name: _moved(phase, curve, registry) for name, curve in phase.scalars.items()}
    own = {name: text for name, text in moving.items() if name in phase.optimizer.params}
    parts = [
        phrases.call(phase.optimizer.name, {**phase.optimizer.params, **own}),
        f"{phrases.plugin(phase.packing)} packing",
        f"{phase.mask} mask",
    ]
    parts += [phrases.plugin(phase.context.extender)] if phase.context.extender else []
    parts += [f"{name} {text}" for name, text in moving.items() if name not in own]
    return " · ".join((*parts, *phrases.manner(phase)))


def _moved(phase: Phase, curve: Curve[Fraction], registry: Registry) -> str:
    start, stop = first_of(curve, registry), value_at(curve, phase.tokens, registry)
    return numbers.moves(numbers.plain(start), numbers.plain(stop))


def _chosen(columns: Sequence[Column]) -> Table:
    """Mixtures under rules that look at the run, or whose steps take turns: the shares that are drawn are then the mean."""
    table = _table("in", "mixture")
    for column in columns:
        for said in filter(None, (phrases.chosen(column), phrases.turns(column))):
            table.add_row(column.name, said)
    return table


def _events(phases: Sequence[Phase]) -> Table:
    """What may happen inside phases, and where the plan draws it."""
    table = _table("in", "when", "drawn at", "then")
    for phase in phases:
        for event in phase.events:
            table.add_row(phase.name, phrases.test(event.test), numbers.count(event.expect), phrases.changes(event))
        if phase.stop is not None:
            table.add_row(phase.name, phrases.test(phase.stop), "its end at most", f"{phase.name} ends")
    return table


def _evals(evals: Sequence[Evaluation]) -> Table:
    table = _table("eval", "by", "measured")
    for one in evals:
        table.add_row(one.name, phrases.plugin(one.evaluator), phrases.measured(one))
    return table


def _transitions(phases: Sequence[Phase]) -> Table:
    table = _table("transition", "optimizer", "lr", "data", "gate")
    instead = phrases.branches(phases)
    for phase in phases:
        for parent in phase.parents:
            table.add_row(*_transition(parent, phase, instead.get(phase.name)))
    return table


def _transition(parent: Parent, phase: Phase, instead_of: str | None) -> Iterator[str]:
    """The cells of one edge; `instead_of` is the phase whose gate must fail for it to be taken."""
    edge = phase.transition
    yield f"{phrases.parent(parent)} → {phase.name}"
    for name, value in (("optimizer", phrases.moments(edge)), ("lr", edge.lr), ("data", edge.data)):
        yield value if name in edge.written else f"{value} (default)"
    said = [phrases.gate(edge.gate)] if edge.gate else []
    said += [phrases.only_where(instead_of)] if instead_of else []
    yield " · ".join(said) or "none"


def _merges(merges: Sequence[Merge]) -> Table:
    table = _table("merge", "by", "of")
    for merge in merges:
        table.add_row(merge.name, phrases.plugin(merge.merger), phrases.parts(merge))
    return table


def _sources(plan: Plan, registry: Registry) -> Table:
    table = _table("source", "is", "holds", "trained on", "epochs")
    taken = intake(plan, registry)
    less = {name for phase in plan.phases if phase.mix and capped(phase) for name in sources_of(phase.mix)}
    for source in plan.sources:
        table.add_row(*_source(source, taken[source.name], source.name in less))
    return table


def _source(source: Source, amount: float | None, capped: bool) -> Iterator[str]:
    """One source; `capped` where a phase that reads it may end early."""
    yield source.name
    yield " · ".join((phrases.plugin(source.source) if source.source else "declared", *phrases.reading(source)))
    yield amounts.known(source.tokens)
    yield "unknown" if amount is None else amounts.at_most(numbers.count(amount), capped)
    if amount is None or not source.epoch:
        yield "unknown"
    else:
        yield amounts.at_most(numbers.passes(amount / source.epoch), capped)
