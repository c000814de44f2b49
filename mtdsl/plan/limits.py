"""Whether a plan reads a source more often than its `max_epochs` allows, where its size is declared."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl.diag import Label, Report, Span
from mtdsl.plan.intake import declared, phase_intake
from mtdsl.plan.model import Plan, Source
from mtdsl.registry import Registry

Taken = dict[str, float]


def check_epochs(plan: Plan, registry: Registry, span: Callable[[str], Span], report: Report) -> None:
    """Reports every source with `max_epochs` that some lineage reads more often; unknown sizes are left to the run."""
    bounded = [source for source in plan.sources if source.max_epochs is not None and source.tokens.value is not None]
    if not bounded:
        return
    lineages = _lineages(plan, registry)
    for source in bounded:
        node, taken = max(((node, of.get(source.name, 0.0)) for node, of in lineages.items()), key=lambda pair: pair[1])
        if taken > float(source.max_epochs or 0) * float(source.tokens.value or 0):
            _report(source, node, taken, span(source.name), report)


def _report(source: Source, node: str, taken: float, span: Span, report: Report) -> None:
    size, allowed = int(source.tokens.value or 0), float(source.max_epochs or 0)
    message = f"`{source.name}` would be read {taken / size:.3g} times by the end of `{node}`, and `max_epochs` is {allowed:g}"
    told = f"{size:,} tokens are declared, the plan takes {round(taken):,}"
    report.error("source-epochs", message, Label(span, told), help="lower its share, shorten the phases or raise `max_epochs`")


def _lineages(plan: Plan, registry: Registry) -> dict[str, Taken]:
    """Tokens of each source that the weights have seen by the end of each node: after a merge the most of any parent."""
    phases = {phase.name: phase for phase in plan.phases}
    merges = {merge.name: merge for merge in plan.merges}
    sizes = declared(plan)
    found: dict[str, Taken] = {}
    for name in plan.order:
        parents = phases[name].parents if name in phases else merges[name].parents
        before = _most([found.get(parent.node, {}) for parent in parents])
        own = phase_intake(phases[name], sizes, registry) if name in phases else {}
        found[name] = {source: before.get(source, 0.0) + (own.get(source) or 0.0) for source in {**before, **own}}
    return found


def _most(several: list[Taken]) -> Taken:
    names = {name for taken in several for name in taken}
    return {name: max(taken.get(name, 0.0) for taken in several) for name in names}
