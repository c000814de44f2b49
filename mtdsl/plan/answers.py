"""What an expression may ask of the nodes and sources of a recipe: `plan5t.tokens`, `trunk.lr.at(7T)`, `web.epochs`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan import facts
from mtdsl.plan.budgets import Budget, Budgets
from mtdsl.plan.declared import Declared
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.families import Families
from mtdsl.plan.flow import Graph
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.model import Blend, Merge, Phase
from mtdsl.plan.names import Found, Module, Scope
from mtdsl.plan.needed import only_needed
from mtdsl.plan.points import point_of, pointless
from mtdsl.plan.readouts import Reader
from mtdsl.plan.sizes import size_of
from mtdsl.registry import Registry


class Nodes(Protocol):
    """The nodes that are asked, lowered on demand."""

    module: Module
    graph: Graph
    families: Families
    declared: Declared
    budgets: Budgets
    registry: Registry
    evaluator: Evaluator

    def phase(self, name: str) -> Phase:
        """A phase. Raises `Mistake`."""

    def merge(self, name: str) -> Merge:
        """A merge. Raises `Mistake`."""

    def mixture(self, name: str) -> Blend | None:
        """What a node ended with; None where that is not known. Raises `Mistake`."""

    def phases(self) -> tuple[Phase, ...]:
        """Every phase that a flow reaches."""

    def merges(self) -> tuple[Merge, ...]:
        """Every merge that a flow reaches."""

    def ancestors(self, names: set[str]) -> set[str]:
        """These nodes and all that they come from."""


class Answers:
    """Answers questions about nodes.

    Nothing can be asked before the nodes are `ready`, and what a whole plan takes only when all of it is `settled`; of a plan
    that is `broken`, which was told, it never is.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.ready = False
        self.settled = False
        self.broken = False

    def asked(self, base: tree.Name | tree.Member, scope: Scope) -> tuple[str, str]:
        """The node that a name begins with, and what is asked of it with dots. Raises `Mistake`."""
        return facts.node_of(base, scope, self._nodes.families, self._nodes.module)

    def fact(self, base: tree.Name | tree.Member, scope: Scope) -> Quantity:
        """What is asked of a node or a source: `plan5t.tokens`, `lc[128k].context.end`, `web.epochs`. Raises `Mistake`."""
        if (count := facts.members_of(base, scope, self._nodes.families, self._nodes.module)) is not None:
            return count
        if isinstance(base, tree.Name) and (source := self._source(base, scope)) is not None:
            return self._of_source(*source, base.span)
        name, asked = self.asked(base, scope)
        self._check_ready(base.span)
        if name in self._nodes.graph.starts:
            return facts.of_start(self._nodes.declared.start(name), asked, base.span)
        found = self._of_node(name, asked, base.span)
        if asked in ("seen", "spent"):
            self._check_counted(name, found)
        return found

    def _of_node(self, name: str, asked: str, span: Span) -> Quantity:
        if name in self._nodes.graph.merges:
            return facts.of_merge(self._nodes.merge(name), asked, span)
        if asked in facts.OF_BUDGET:
            return facts.of_budget(self._budget(name), asked, span)
        facts.check_asked(asked, span)
        return facts.of_phase(self._phase(name), asked, span, self._reader())

    def uncounted(self, names: set[str]) -> Iterator[str]:
        """Those of the nodes that are starts of which nobody says how many tokens they have seen: counted as 0 behind them."""
        starts = (name for name in self._nodes.graph.starts if name in names)
        return (name for name in starts if self._nodes.declared.start(name).tokens is None)

    def mixture(self, base: tree.Name | tree.Member, scope: Scope) -> Blend:
        """The mixture that a phase ends with: `trunk.mix`, `anneal[1].mix`. Raises `Mistake`."""
        whole = isinstance(base, tree.Name) and len(base.parts) == 1
        name, asked = ("", "") if whole else self.asked(base, scope)
        if asked != "mix":
            own = base.span.text if whole else name
            raise mistake("not-a-mix", f"`{base.span.text}` is no mixture", base.span, help=f"that of a phase is `{own}.mix`")
        self._check_ready(base.span)
        found = self._nodes.mixture(name)
        if found is None:
            message = f"which mixture `{name}` ends with is not known"
            raise mistake("no-start-value", message, base.span, help="write the mixture")
        return found

    def fact_at(self, call: tree.Call, scope: Scope) -> Quantity:
        """What is asked of a phase at a point inside: `trunk.lr.at(7T)`. Raises `Mistake`."""
        func = call.func
        if isinstance(func, tree.Member):
            base: tree.Name | tree.Member = tree.Member(func.span, func.base, func.keys, func.rest[:-1])
        else:
            base = tree.Name(func.span, func.parts[:-1])
        name, asked = self.asked(base, scope)
        self._check_ready(call.span)
        if name not in self._nodes.graph.phases:
            raise pointless(name, call.span)
        phase, budget = self._nodes.phase(name), self._nodes.budgets.of(name)
        point = point_of(call, budget, scope, self._nodes.evaluator, name)
        return facts.of_point(phase, asked, budget.tokens if point is None else point, call.span, self._reader())

    def _phase(self, name: str) -> Phase:
        """A phase; where all are known, as far as something needs it."""
        return self._cut.get(name) or self._nodes.phase(name) if self.settled else self._nodes.phase(name)

    def _budget(self, name: str) -> Budget:
        """As `_phase`, its budget."""
        budget = self._nodes.budgets.of(name)
        cut = self._cut.get(name) if self.settled else None
        return replace(budget, batch=cut.batch, steps=cut.steps) if cut else budget

    @cached_property
    def _cut(self) -> dict[str, Phase]:
        phases = only_needed(self._nodes.phases(), self._nodes.merges(), self._nodes.graph.ends)
        return {phase.name: phase for phase in phases}

    def _check_counted(self, name: str, found: Quantity) -> None:
        """Raises `Mistake` where a start that leads to `name` does not say what it has seen: there is a least number at best.

        That is for checks only, which are told that it may be more; and 0 says nothing, and nothing can be divided by it.
        """
        start = next(self.uncounted(self._nodes.ancestors({name})), None)
        if start is not None and not (self.settled and found.value):
            message = f"`{found.span.text}` is not known: `{start}` does not say how many tokens it has seen"
            raise mistake("size-unknown", message, found.span, help=f"declare it: start {start} {{ tokens = ... }}")

    def _check_ready(self, span: Span) -> None:
        if not self.ready:
            message = f"`{span.text}` is not known here: families and transitions are read before anything is worked out"
            raise mistake("not-supported-yet", message, span)

    def _source(self, base: tree.Name, scope: Scope) -> tuple[Found, str] | None:
        """`web.epochs` as the source and what is asked of it; None where the first part is no source."""
        home, name = scope.within(base)
        found = home.find(tree.Name(name.span, name.parts[:1]))
        if not isinstance(found, Found) or not isinstance(found.item, tree.Data) or len(name.parts) == 1:
            return None
        return found, ".".join(name.parts[1:])

    def _of_source(self, found: Found, asked: str, span: Span) -> Quantity:
        name, source = found.item.name, self._nodes.declared.read(found)
        if source is None:
            raise Mistake
        if asked == "size":
            return facts.of_source(source, None, asked, span)
        if self.broken:
            raise Mistake
        if not self.settled:
            message = f"how much of `{name}` a plan takes is known when all its phases are"
            raise mistake("value-cycle", message, span, help="only a `check` may ask for it")
        return facts.of_source(source, self._taken_of(name), asked, span)

    def _reader(self) -> Reader:
        names = (name for name, _ in self._nodes.declared.items())
        named = {name: found for name in names if (found := self._nodes.declared.source(name))}
        declared = [name for name, found in self._nodes.module.names.items() if isinstance(found.item, tree.Data)]
        sizes = {name: size for name, found in named.items() if (size := size_of(found)) is not None}
        return Reader(self._nodes.registry, sizes, tuple(dict.fromkeys((*named, *declared))), named)

    def _taken_of(self, name: str) -> float | None:
        """Tokens that the whole plan takes of a source and of its parts; None where that cannot be known."""
        parts = [part for part, found in self._nodes.declared.items() if found.item.name == name]
        taken = [self._taken.get(part, 0.0) for part in parts]
        return None if None in taken else sum(tokens for tokens in taken if tokens is not None)

    @cached_property
    def _taken(self) -> dict[str, float | None]:
        """Tokens of each source that the whole plan takes; None where that cannot be known."""
        sizes, total = self._reader().sizes, dict[str, float | None]()
        for phase in self._cut.values():
            for name, tokens in phase_intake(phase, sizes, self._nodes.registry).items():
                before = total.get(name, 0.0)
                total[name] = None if tokens is None or before is None else before + tokens
        return total
