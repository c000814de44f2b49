"""`schedule lr over a -> b = ...`: one curve over several phases, each of which sees its part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.budgets import Budgets
from mtdsl.plan.drafts import Written
from mtdsl.plan.evaluate import Evaluator, plain
from mtdsl.plan.flow import Flow
from mtdsl.plan.model import Curve
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot, shifted
from mtdsl.plan.plugins import Techniques


@dataclass(frozen=True, slots=True)
class Owned:
    """A schedule and the chain of phases that one phase stands in."""

    item: tree.Schedule
    chain: tuple[str, ...]


class Schedules:
    """Finds which schedule owns an attribute of a phase, and cuts its part out."""

    def __init__(self, flow: Flow, budgets: Budgets, evaluator: Evaluator, techniques: Techniques, report: Report) -> None:
        self._flow = flow
        self._budgets = budgets
        self._evaluator = evaluator
        self._techniques = techniques
        self._report = report
        self._owned: dict[tuple[str, str], Owned] = {}

    def read(self) -> None:
        """Reads every `schedule` of the recipe. Raises `Mistake`."""
        for item in self._flow.module.items(tree.Schedule):
            assert isinstance(item, tree.Schedule)
            if item.name != "lr":
                raise mistake("not-supported-yet", f"a schedule of `{item.name}` is not supported yet", item.name_span)
            for chain in _chains(self._flow, item.path):
                for name in chain:
                    self._own(item, name, chain)

    def curve(self, attribute: str, name: str, written: Written | None) -> Curve[Fraction] | None:
        """The phase's part of the schedule that owns its attribute, or None. Raises `Mistake`."""
        owned = self._owned.get((attribute, name))
        if owned is None:
            return None
        if written is not None:
            labels = written.span, owned.item.name_span
            raise mistake(
                "schedule-owns", f"a schedule sets `{attribute}` of `{name}` already", *labels, help="remove one of them"
            )
        budgets = [self._budgets.of(other) for other in owned.chain]
        stretches = tuple(Stretch(budget.batch, budget.steps) for budget in budgets if budget.batch)
        slot = Slot(attribute, lambda expr, scope: plain(self._evaluator.number(expr, scope), attribute), None)
        layer = Layer(slot, Axis(stretches), Scope(self._flow.module), self._evaluator, self._techniques)
        pieces = layer.lay(owned.item.value, 0, self._report)
        at = owned.chain.index(name)
        return Curve(shifted(pieces, sum(budget.tokens for budget in budgets[:at]), budgets[at].tokens))

    def span(self, attribute: str, name: str) -> Span | None:
        """Where the schedule that owns an attribute stands."""
        owned = self._owned.get((attribute, name))
        return owned.item.name_span if owned else None

    def _own(self, item: tree.Schedule, name: str, chain: tuple[str, ...]) -> None:
        before = self._owned.get((item.name, name))
        if before and before.item is not item:
            labels = item.name_span, before.item.name_span
            raise mistake("schedule-owns", f"two schedules set `{item.name}` of `{name}`", *labels)
        self._owned[item.name, name] = Owned(item, chain)


def _chains(flow: Flow, path: tree.Path) -> Iterator[tuple[str, ...]]:
    """Every way through the path: on a fork each member has its own."""
    pairs = [(origin.node, name) for origin, name, _ in flow.pairs(path)]
    if not pairs:
        group = flow.nodes(path.nodes[0])
        yield from ((member.name,) for member in group.members) if not isinstance(group, str) else ()
        return
    ends = {name for _, name in pairs} - {node for node, _ in pairs}
    parents: dict[str, str] = {name: node for node, name in pairs}
    for end in sorted(ends):
        chain: list[str] = [end]
        while chain[0] in parents:
            chain.insert(0, parents[chain[0]])
        yield tuple(chain)
