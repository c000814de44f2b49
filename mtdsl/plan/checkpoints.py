"""The checkpoints along one phase that a merger declares: `wsm(trunk, window = 500B, every = 25B)`."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from typing import TYPE_CHECKING

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.axis import Axis, Stretch, bisect_steps
from mtdsl.plan.evaluate import whole
from mtdsl.plan.model import Curve, Parent, Plugin
from mtdsl.plan.names import Scope
from mtdsl.registry.merging import Sampling

if TYPE_CHECKING:
    from mtdsl.plan.budgets import Budget
    from mtdsl.plan.merged import Models
    from mtdsl.plan.plugins import Techniques
    from mtdsl.plan.readings import Read

Weighted = tuple[Parent, Fraction]


@node
class Checkpoints(Frozen):
    """Those of the one phase that a merger's call names. Every method raises `Mistake`."""

    call: tree.Call
    scope: Scope
    nodes: Models
    techniques: Techniques

    def declared(self, merger: Plugin) -> Iterator[Weighted]:
        """At step boundaries, oldest first; their weights sum to 1."""
        name, budget, span = *self._phase(), self.call.span
        assert budget.batch is not None
        per_step = budget.batch.runs[-1].sequences * budget.batch.length

        def asked(made: Sampling) -> list[object]:
            return list(made.checkpoints(budget.tokens, per_step))

        points = _points(self.techniques.ask("merger", merger, asked, span), merger, span)
        total, last = sum(weight for _, weight in points), 0
        for tokens, weight in points:
            steps = bisect_steps(budget.tokens_at, tokens) if tokens > 0 else 0
            if not last < steps <= budget.steps:
                message = f"`{name}` has no checkpoint of its own at {int(tokens):,} tokens behind the one before"
                raise mistake("at-past-end", message, span, help=f"it has {budget.tokens:,} tokens in {budget.steps:,} steps")
            last = steps
            yield Parent(name, budget.tokens_at(steps) if steps < budget.steps else None), weight / total

    def curve(self, name: str, value: tree.Value, scope: Scope, read: Read) -> Curve[Fraction]:
        """No parameter of a merger moves: it is done at one point."""
        raise mistake("plugin-argument", f"`{name}` cannot move here", value.span)

    def stretch(self, length: Quantity) -> Fraction:
        """So many steps as tokens, the phase's last ones; or a share of it."""
        name, budget = self._phase()
        if length.dimension == "share":
            assert budget.batch is not None
            axis = Axis((Stretch(budget.batch, budget.steps),), budget.in_steps)
            return Fraction(int(budget.tokens - axis.behind(1 - length.value)))  # down: three of 10 % fit into 30 %
        steps = whole(length, "steps")
        if steps > budget.steps:
            hint = f"write at most `{budget.steps} steps`"
            raise mistake("at-past-end", f"`{name}` has {budget.steps:,} steps only", length.span, help=hint)
        return Fraction(budget.tokens - budget.tokens_at(budget.steps - steps))

    def inside(self) -> Checkpoints:
        """Techniques among the call's arguments are counted along the same phase."""
        return self

    def _phase(self) -> tuple[str, Budget]:
        names = self.nodes.nodes(self.call.args[0], self.scope) if len(self.call.args) == 1 else []
        if len(names) != 1:
            raise mistake("plugin-argument", "one phase is expected here, whose checkpoints are merged", self.call.span)
        return names[0], self.nodes.trained(names[0], self.call, self.scope)


def _points(given: list[object], merger: Plugin, span: Span) -> list[tuple[Fraction, Fraction]]:
    """The tokens and weights that a merger declares. Raises `Mistake` for what is none: weights sum to more than 0."""
    found = [(*point,) for point in given if isinstance(point, tuple | list)]
    numbers = all(len(point) == 2 and all(map(_is_number, point)) for point in found)
    if numbers and len(found) == len(given):
        points = [(Fraction(tokens), Fraction(weight)) for tokens, weight in found]
        if not points or (all(weight >= 0 for _, weight in points) and any(weight for _, weight in points)):
            return points
    message = f"the merger `{merger.name}` gives {reprlib.repr(given)} where tokens and weights of checkpoints are needed"
    raise mistake("plugin-failed", message, span)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Fraction) or (isinstance(value, float) and isfinite(value))
