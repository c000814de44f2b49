"""How long it takes until a test of what is measured can hold at all."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from mtdsl.plan.steps import tokens_of
from mtdsl.registry.factories import Deciding, Waiting

if TYPE_CHECKING:
    from mtdsl.plan.model import Evaluation, Phase, Plan, Plugin, Test
    from mtdsl.registry import Registry


class Waits:
    """Asks of tests of a `plan` how many tokens of a phase must be trained before they can hold."""

    def __init__(self, plan: Plan, registry: Registry) -> None:
        self._evals = {one.name: one for one in plan.evals}
        self._registry = registry

    def inside(self, test: Test, phase: Phase) -> float:
        """Tokens of `phase` before which `test` cannot hold, asked before the phase ends; infinity for never."""
        if test.op == "gate" and test.plugin is not None:
            return self._gate(test.plugin, {name: self._first(name, phase) for name in self._metrics(test)})
        waits = [self.inside(part, phase) for part in test.tests]
        if test.op == "or":
            return min(waits)
        measured = [0.0] if test.op == "not" else [self._first(name, phase) for name in self._metrics(test)]
        return max([*measured, *(waits if test.op == "and" else ())], default=0.0)

    def at_end(self, gate: Plugin) -> float:
        """As `inside`, of a gate that is asked where the phase ends: what is measured there only has one reading by then."""
        metrics = self._made(gate).metrics()
        return self._gate(gate, {name: inf if self.ends_only(name) else 0.0 for name in metrics})

    def ends_only(self, metric: str) -> bool:
        """Whether a metric is measured where phases end, and not inside them."""
        found = self._eval(metric)
        return found is not None and found.every is None

    def unread(self, test: Test) -> Iterator[str]:
        """The evaluations in a test that are measured where phases end only."""
        yield from (name.partition(".")[0] for name in self._metrics(test) if self.ends_only(name))
        for part in test.tests:
            yield from self.unread(part)

    def _gate(self, gate: Plugin, every: dict[str, float]) -> float:
        made = self._made(gate)
        return made.earliest(every) if isinstance(made, Waiting) else max(every.values(), default=0.0)

    def _metrics(self, test: Test) -> list[str]:
        if test.plugin is not None:
            return [*self._made(test.plugin).metrics()]
        return [term.metric for term in test.terms if term.metric and not term.of]

    def _first(self, metric: str, phase: Phase) -> float:
        """Tokens of a phase before a metric is first measured; it may be counted from where the phase begins or the chain."""
        found = self._eval(metric)
        if found is None:
            return 0.0
        if found.every is None:
            return inf
        if found.unit == "steps":
            return float(tokens_of(phase.batch, found.every)) if phase.batch and not phase.parents else 0.0
        return float(min(found.every, found.every - phase.origin % found.every))

    def _eval(self, metric: str) -> Evaluation | None:
        return self._evals.get(metric.partition(".")[0])

    def _made(self, gate: Plugin) -> Deciding:
        made: Deciding = self._registry.build("gate", gate.name, gate.params)
        return made
