"""What an expression may ask of the nodes and sources of a recipe: `plan5t.tokens`, `trunk.lr.at(7T)`, `web.epochs`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Protocol

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan import facts
from mtdsl.plan.budgets import Budget, Budgets
from mtdsl.plan.cost import with_totals
from mtdsl.plan.declared import Declared
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.families import Families
from mtdsl.plan.flow import Graph
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.locked import Locked
from mtdsl.plan.model import Blend, Merge, Phase, Plan
from mtdsl.plan.names import Found, Module, Scope
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
    locked: Locked
    budgets: Budgets
    registry: Registry
    evaluator: Evaluator

    def phase(self, name: str) -> Phase:
        """A phase. Raises `Mistake`."""

    def merge(self, name: str) -> Merge:
        """A merge. Raises `Mistake`."""

    def mixture(self, name: str) -> Blend | None:
        """What a node ended with; None where that is not known. Raises `Mistake`."""

    def ancestors(self, names: set[str]) -> set[str]:
        """These nodes and all that they come from."""


class Answers:
    """Answers questions about nodes.

    Nothing can be asked before the nodes are `ready`, and what a whole plan takes only when there is a `plan`; of one that is
    `broken`, which was told, never.
    """

    def __init__(self, nodes: Nodes) -> None:
        self._nodes = nodes
        self.ready = False
        self.plan: Plan | None = None
        self.broken = False

    def asked(self, base: tree.Name | tree.Member, scope: Scope) -> tuple[str, str]:
        """The node that a name begins with, and what is asked of it with dots. Raises `Mistake`."""
        return facts.node_of(base, scope, self._nodes.families, self._nodes.module)

    def named(self, base: tree.Name | tree.Member, scope: Scope) -> str | None:
        """`totals`, `model`, `tokenizer` or the name of an evaluation, where that is what is asked; None else."""
        if isinstance(base, tree.Member) or len(base.parts) == 1:
            return None
        found = scope.find(tree.Name(base.span, base.parts[:1]))
        if isinstance(found, Found):
            return found.item.name if isinstance(found.item, tree.Eval) else None
        return base.parts[0] if found is None and base.parts[0] in facts.WHOLE else None

    def _of_whole(self, name: str, base: tree.Name, asked: str) -> Quantity:
        """What is asked of a part of the plan that is no node."""
        self._whole(f"what `{name}` holds", base.span)
        plan = self._with_totals
        part = getattr(plan, name) if name in facts.WHOLE else next(one for one in plan.evals if one.name == name)
        if part is None:
            raise mistake("size-unknown", f"this recipe has no `{name}`", base.span, help=f"write `{name} = ...`")
        return facts.of_part(part, asked, base.span, of=f"`{name}`")

    @cached_property
    def _with_totals(self) -> Plan:
        """The plan with what its lock says of the tokenizer, and what all of it comes to: worked out where a check asks."""
        assert self.plan is not None
        return with_totals(self._nodes.locked.tied(self.plan))

    def fact(self, base: tree.Name | tree.Member, scope: Scope) -> Quantity:
        """What is asked of a node or a source: `plan5t.tokens`, `lc[128k].context.end`, `web.epochs`. Raises `Mistake`."""
        if (count := facts.members_of(base, scope, self._nodes.families, self._nodes.module)) is not None:
            return count
        if isinstance(base, tree.Name) and (part := self.named(base, scope)) is not None:
            return self._of_whole(part, base, ".".join(base.parts[1:]))
        if isinstance(base, tree.Name) and (source := self._source(base, scope)) is not None:
            return self._of_source(*source, base.span)
        name, asked = self.asked(base, scope)
        self._check_ready(base.span)
        if name in self._nodes.graph.starts:
            return facts.of_start(self._nodes.declared.start(name), asked, base.span)
        found = self._of_node(name, asked, base.span)
        if asked in ("seen", "spent", "origin"):
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
        return self._cut.get(name) or self._nodes.phase(name)

    def _budget(self, name: str) -> Budget:
        """As `_phase`, its budget."""
        budget = self._nodes.budgets.of(name)
        cut = self._cut.get(name)
        return replace(budget, batch=cut.batch, steps=cut.steps) if cut else budget

    @property
    def _cut(self) -> Mapping[str, Phase]:
        """The plan's phases by name, each as far as something needs it; empty before there is a plan."""
        return self._by_name if self.plan else {}

    @cached_property
    def _by_name(self) -> Mapping[str, Phase]:
        assert self.plan is not None
        return {phase.name: phase for phase in self.plan.phases}

    def _check_counted(self, name: str, found: Quantity) -> None:
        """Raises `Mistake` where a start that leads to `name` does not say what it has seen: there is a least number at best.

        That is for checks only, which are told that it may be more; and 0 says nothing, and nothing can be divided by it.
        """
        start = next(self.uncounted(self._nodes.ancestors({name})), None)
        if start is not None and not (self.plan and found.value):
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
        if asked not in facts.TAKEN:
            return facts.of_source(source, None, asked, span)
        self._whole(f"how much of `{name}` a plan takes", span)
        return facts.of_source(source, self._taken_of(name), asked, span)

    def _whole(self, what: str, span: Span) -> Plan:
        """The plan. Raises `Mistake` where it is not made yet, which only a check comes after."""
        if self.broken:
            raise Mistake
        if self.plan is None:
            message = f"{what} is known when all its phases are"
            raise mistake("value-cycle", message, span, help="only a `check` may ask for it")
        return self.plan

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
