"""A gate that holds as long as what it measures is bad."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan, Term, Test
    from mtdsl.plan.origins import Origins
    from mtdsl.registry import Registry

TURNED = {">": "<", ">=": "<=", "<": ">", "<=": ">="}
WORSE = {"lowest": (">", ">="), "highest": ("<", "<=")}
"""What asks for more where the lowest value is the best, and the other way round."""


def gate_asks_for_worse(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A gate lets the run pass while a loss is high, or a score low.

    A gate says what must hold before a phase may follow, so `held >= 2.0` of a loss stops the runs that went well. Which values
    of a metric are better its evaluator says; of one that does not say it, nothing is known. A `stop` or an event may well wait
    for the worse, and nothing is said of those.
    """
    for phase in plan.phases:
        gate = phase.transition.gate
        for metric, op in _compared(gate.test) if gate is not None and gate.test is not None else ():
            better = _better(metric, plan, written.registry)
            if op in WORSE.get(better, ()):
                yield Remark(
                    f"the gate of `{phase.name}` holds where `{metric}` is bad: its {better} values are the better ones",
                    (Place(phase.name, "transition.gate"),),
                    help=f"write `{metric} {TURNED[op]} ...`",
                )


def _compared(test: Test) -> Iterator[tuple[str, str]]:
    """The metrics of comparisons that must all hold, each as if it stood on the left."""
    if test.op == "and":
        for part in test.tests:
            yield from _compared(part)
    if test.op in TURNED:
        left, right = test.terms
        if _is_now(left) and not _is_now(right):
            yield left.metric, test.op
        elif _is_now(right) and not _is_now(left):
            yield right.metric, TURNED[test.op]


def _is_now(term: Term) -> bool:
    return bool(term.metric) and not term.of


def _better(metric: str, plan: Plan, registry: Registry) -> str:
    """`lowest` or `highest`; empty where nothing says it."""
    evaluator = next((one.evaluator for one in plan.evals if one.name == metric.partition(".")[0]), None)
    if evaluator is None:
        return "lowest" if metric == "loss" else ""
    made = registry.build("evaluator", evaluator.name, evaluator.params)
    return str(getattr(made, "better", ""))
