"""Whether what a test or a choice asks for is measured there: an evaluation may say `on` which nodes it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl.diag import Report, Span
from mtdsl.plan.measured import metrics_of
from mtdsl.plan.model import Phase, Plan, Test

if TYPE_CHECKING:
    from mtdsl.plan.compiler import Compiler

Question = tuple[str, str, Span | None]
"""A metric, the node where it is asked for, and the place of that in the recipe."""


def check_measured(plan: Plan, compiler: Compiler, report: Report) -> None:
    """Reports each test or choice that asks for an evaluation where it is not made."""
    on = {one.name: one.on for one in plan.evals if one.on}
    told = set()
    for metric, node, span in _asked(plan, compiler) if on else ():
        name = metric.partition(".")[0]
        if name in on and node not in on[name] and (name, span) not in told:
            told.add((name, span))  # once for all members of a family
            listed = ", ".join(f"`{other}`" for other in on[name][:8])
            labels = (span,) if span else ()
            hint = f"name it too, `on = [..., {node}]`, or leave `on` out"
            report.error("not-measured-there", f"`{name}` is measured of {listed}, not of `{node}`", *labels, help=hint)


def _asked(plan: Plan, compiler: Compiler) -> Iterator[Question]:
    for phase in plan.phases:
        yield from _of_phase(phase, compiler)
    for merge in plan.merges:
        terms = compiler.terms.of(compiler.graph.merges[merge.name])
        for metric in metrics_of(merge.merger) if not merge.weights else ():
            yield from ((metric, parent.node, terms.span) for parent in merge.parents)


def _of_phase(phase: Phase, compiler: Compiler) -> Iterator[Question]:
    if phase.stop:
        written = compiler.lookup(compiler.graph.phases[phase.name], "stop")
        yield from _of_test(phase.stop, phase.name, written.span if written else None)
    for when, event in zip(compiler.graph.phases[phase.name].whens, phase.events, strict=False):
        yield from _of_test(event.test, phase.name, when.item.test.span)
    gate = phase.transition.gate
    for parent in phase.parents if gate else ():
        span = compiler.edges.words[parent.node, phase.name]["gate"][1]
        yield from _of_test(gate.test, parent.node, span) if gate and gate.test else ()
        yield from ((metric, parent.node, span) for metric in metrics_of(gate.plugin)) if gate and gate.plugin else ()


def _of_test(test: Test, here: str, span: Span | None) -> Iterator[Question]:
    yield from ((term.metric, term.of or here, span) for term in test.terms if term.metric)
    yield from ((metric, here, span) for metric in metrics_of(test.plugin)) if test.plugin else ()
    for inner in test.tests:
        yield from _of_test(inner, here, span)
