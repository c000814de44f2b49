"""Which evaluations of a plan decide something: the others only tell."""

from __future__ import annotations

from collections.abc import Iterator

from mtdsl.plan.model import Evaluation, Plan, Plugin, Test


def deciding(plan: Plan) -> tuple[Evaluation, ...]:
    """The evaluations that an event, a stop, a gate or a merge that chooses looks at."""
    asked = {metric.partition(".")[0] for metric in _asked(plan)}
    return tuple(evaluation for evaluation in plan.evals if evaluation.name in asked)


def _asked(plan: Plan) -> Iterator[str]:
    for phase in plan.phases:
        gate = phase.transition.gate
        for test in (phase.stop, gate.test if gate else None, *(event.test for event in phase.events if event.measured)):
            yield from _of_test(test) if test else ()
        yield from metrics_of(gate.plugin) if gate and gate.plugin else ()
    for merge in plan.merges:
        yield from metrics_of(merge.merger) if not merge.weights else ()


def _of_test(test: Test) -> Iterator[str]:
    yield from (term.metric for term in test.terms if term.metric)
    yield from metrics_of(test.plugin) if test.plugin else ()
    for inner in test.tests:
        yield from _of_test(inner)


def metrics_of(plugin: Plugin) -> Iterator[str]:
    """What a technique may be told of: every text among a technique's parameters: one of them names the metric."""
    yield from (param for param in plugin.params.values() if isinstance(param, str))
