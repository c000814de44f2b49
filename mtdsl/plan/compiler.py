"""The nodes of one recipe, each lowered once and on demand, and what they tell of themselves to others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

from mtdsl.diag import Report
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan import facts
from mtdsl.plan.attributes import Lookup
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budgets
from mtdsl.plan.curves import names_of
from mtdsl.plan.drafts import Draft, Families, Written
from mtdsl.plan.endings import Ending, blend_at, united, value_at
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.flow import Flow, order
from mtdsl.plan.lowering import PhaseLowering, Tools
from mtdsl.plan.merges import Merges
from mtdsl.plan.model import Merge, Phase, Plugin, Source, Start
from mtdsl.plan.models import start_of
from mtdsl.plan.names import Module, Scope
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.points import point_of
from mtdsl.plan.rates import last_span
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.sources import Sources
from mtdsl.plan.transitions import edges
from mtdsl.registry import Registry

R = TypeVar("R")


class Compiler:
    """Answers for every node of the flow: its budget, its lowered form, its ending."""

    def __init__(self, module: Module, registry: Registry, report: Report) -> None:
        self._module = module
        self._registry = registry
        self._report = report
        self._phases: dict[str, Phase | None] = {}
        self._open: list[str] = []
        self._befores: dict[str, Ending] = {}
        self._ready = False
        self._merges: dict[str, Merge] = {}
        self._read: dict[tuple[str, str], object] = {}
        self.evaluator = Evaluator(self)
        self.techniques = Techniques(registry, self.evaluator, report)
        self._families = Families(self.evaluator)
        self._flow = Flow(module, self._families)
        self.graph = self._flow.graph(report)
        self._terms = Merges(self._families, self.evaluator, self.techniques, lambda name: self._budgets.of(name))
        self._lookup = Lookup(module.settings, Scope(module))
        self._blends = Blends(self.evaluator, self.techniques, report)
        self._budgets = Budgets(
            self._lookup, self.evaluator, self.techniques, registry, report, self._draft, self._before_window, self._size
        )
        self._schedules = Schedules(
            self._flow, self.graph, self._budgets, self.evaluator, self.techniques, report, self._point, self._before
        )
        self._schedules.read()
        self._tools = Tools(
            graph=self.graph,
            lookup=self._lookup,
            evaluator=self.evaluator,
            techniques=self.techniques,
            blends=self._blends,
            budgets=self._budgets,
            schedules=self._schedules,
            edges=edges(self._flow, self.graph, self.evaluator, report),
            ending=self._before,
        )
        self._ready = True

    # ---- what the plan is made of

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The nodes that each phase and merge comes from."""
        found = {name: (self.graph.origins[name].node,) if name in self.graph.origins else () for name in self.graph.phases}
        return {**found, **{name: self._terms.names(item) for name, item in self.graph.merges.items()}}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Phases and merges that are reached, in an order in which they can be run."""
        wanted = self.graph.reached
        needed = {name: parents for name, parents in self.parents.items() if name in wanted}
        reached = order(self.graph, {**self.parents, **needed})
        keep = self._ancestors(set(needed))
        return tuple(name for name in reached if name in keep)

    def phases(self) -> tuple[Phase, ...]:
        """Every reached phase, lowered. Mistakes go to the report."""
        names = [name for name in self.order if name in self.graph.phases]
        for name in names:  # first, so that no phase needs a deep descent
            attempt(self._report, lambda name=name: self._budgets.of(name))  # type: ignore[misc]
        found = [attempt(self._report, lambda name=name: self.phase(name)) for name in names]  # type: ignore[misc]
        return tuple(phase for phase in found if phase)

    def merges(self) -> tuple[Merge, ...]:
        """Every reached merge."""
        names = [name for name in self.order if name in self.graph.merges]
        self._check_edges()
        self._check_reached()
        found = [attempt(self._report, lambda name=name: self.merge(name)) for name in names]  # type: ignore[misc]
        return tuple(merge for merge in found if merge)

    def starts(self) -> tuple[Start, ...]:
        """The declared starts that something comes from."""
        used = {parent for name in self.order for parent in self.parents[name]}
        return tuple(self._start(name) for name in self.graph.starts if name in used)

    def sources(self) -> tuple[Source, ...]:
        """Every source that a mixture of a reached phase names."""
        return tuple(source for name in self._blends.sources if (source := self._source(name)) is not None)

    # ---- nodes

    def phase(self, name: str) -> Phase:
        """A phase, lowered once. Raises `Mistake`."""
        if name in self._open:
            raise mistake("value-cycle", f"a value of `{name}` needs `{name}` itself", self.graph.phases[name].span)
        if name not in self._phases:
            self._phases[name] = None
            self._open.append(name)
            try:
                self._phases[name] = PhaseLowering(self.graph.phases[name], self._tools, self._report).lower()
            finally:
                self._open.pop()
        found = self._phases[name]
        if found is None:
            raise Mistake
        return found

    def merge(self, name: str) -> Merge:
        """A merge. Raises `Mistake`."""
        if name not in self._merges:
            found = self.graph.merges[name]
            terms = self._terms.of(found)
            endings = [self._ending(parent.node, parent.at) for parent in terms.parents]
            self._merges[name] = Merge(
                name=name,
                merger=terms.merger,
                parents=terms.parents,
                weights=terms.weights,
                seen=max(ending.seen for ending in endings),
                spent=sum(united([ending.used for ending in endings]).values()),
                context=self._window_of_merge(name)[0] or 0,
                doc=found.item.doc,
            )
        return self._merges[name]

    def fact(self, base: tree.Name | tree.Member, scope: Scope) -> Quantity:
        """What is asked of a node: `plan5t.tokens`, `lc[128k].context.end`. Raises `Mistake`."""
        name, asked = facts.node_of(base, scope, self._families, self._module)
        if not self._ready:
            message = f"`{base.span.text}` cannot name a member: members are named before anything is worked out"
            raise mistake("not-supported-yet", message, base.span)
        if name in self.graph.starts:
            return facts.of_start(self._start(name), asked, base.span)
        if name in self.graph.merges:
            return facts.of_merge(self.merge(name), asked, base.span)
        if asked in facts.OF_BUDGET:
            return facts.of_budget(self._budgets.of(name), asked, base.span)
        return facts.of_phase(self.phase(name), asked, base.span, self._registry)

    # ---- endings

    def _before(self, name: str) -> Ending:
        """Where the parent of a phase ended."""
        if name not in self._befores:
            origin = self.graph.origins.get(name)
            self._befores[name] = Ending() if origin is None else self._ending(origin.node, self._point(name))
        return self._befores[name]

    def _ending(self, node: str, at: int | None) -> Ending:
        if node in self.graph.starts:
            return self._of_start(self._start(node))
        if node in self.graph.merges:
            return self._of_merge(self.merge(node))
        return self._of_phase(self.phase(node), at)

    def _of_phase(self, phase: Phase, at: int | None) -> Ending:
        before = self._before(phase.name)
        tokens = phase.tokens if at is None else at
        window = self._budgets.of(phase.name).window
        draft = self.graph.phases[phase.name]
        written = self._lookup(draft, "lr")
        return Ending(
            kind="phase",
            node=phase.name,
            at=at,
            seen=phase.origin + tokens,
            window=window.context.end,
            in_force=window.in_force,
            lr=value_at(phase.lr, tokens, self._registry) if phase.lr else before.lr,
            lr_span=self._schedules.span("lr", phase.name) or (last_span(written.value) if written else before.lr_span),
            mix=blend_at(phase.mix, tokens, self._registry) if phase.mix else before.mix,
            seed=phase.seed,
            used={**before.used, phase.name: tokens},
        )

    def _of_merge(self, merge: Merge) -> Ending:
        window, in_force = self._window_of_merge(merge.name)
        used = united([self._ending(parent.node, parent.at).used for parent in merge.parents])
        return Ending("merge", merge.name, None, merge.seen, window, in_force, used=used)

    def _of_start(self, start: Start) -> Ending:
        seen = start.tokens or 0
        return Ending("start", start.name, None, seen, start.context, lr=start.lr, used={start.name: seen})

    # ---- what budgets need to know, and no more

    def _before_window(self, name: str) -> Ending:
        """As `_before`, but only the window: curves need budgets, so budgets may not need curves."""
        origin = self.graph.origins.get(name)
        if origin is None:
            return Ending()
        if origin.node in self.graph.starts:
            return self._of_start(self._start(origin.node))
        window, in_force = self._window(origin.node)
        return Ending("phase", origin.node, window=window, in_force=in_force)

    def _window(self, node: str) -> tuple[int | None, Plugin | None]:
        if node in self.graph.starts:
            return self._start(node).context, None
        if node in self.graph.merges:
            return self._window_of_merge(node)
        window = self._budgets.of(node).window
        return window.context.end, window.in_force

    def _point(self, name: str) -> int | None:
        origin = self.graph.origins[name]
        if origin.call is None:
            return None
        if origin.node not in self.graph.phases:
            raise mistake("at-past-end", f"`{origin.node}` trains nothing, so it has no point inside", origin.span)
        if origin.call.func.span.text == "end":
            return None
        return point_of(origin.call, self._budgets.of(origin.node), Scope(self._module), self.evaluator, origin.node)

    def _window_of_merge(self, name: str) -> tuple[int | None, Plugin | None]:
        """The window that all parents of a merge share. Raises `Mistake` where they differ."""
        nodes = self._terms.names(self.graph.merges[name])
        if not nodes:
            raise Mistake  # of nothing: reading its terms says so
        windows = [self._window(node) for node in nodes]
        if any(window != windows[0] for window in windows):
            listed = ", ".join(f"`{node}` {window}" for node, (window, _) in zip(nodes, windows, strict=True))
            span = self.graph.merges[name].item.name_span
            raise mistake("merge-unlike", f"`{name}` merges weights of different windows or positions: {listed}", span)
        return windows[0]

    def _size(self, draft: Draft, written: Written) -> int:
        """Tokens of one epoch: all sources of the phase's mixture together. Raises `Mistake` where one is not declared."""
        mix = self._lookup(draft, "mix")
        if mix is None or isinstance(mix.value, tree.Hold | tree.Ruled | tree.Move | tree.Items):
            raise mistake("epochs-of-moving-mix", "a budget in epochs needs a mixture that stands still", written.span)
        names = names_of(self._blends.read(mix.value, mix.scope))
        sources = [self._source(name) for name in names]
        if None in sources:
            raise Mistake
        sizes = {source.name: source.tokens.value for source in sources if source is not None}
        missing = [name for name, size in sizes.items() if size is None]
        if missing:
            hint = f"declare it: data {missing[0]} {{ tokens = ... }}"
            raise mistake(
                "size-unknown", f"epochs need the size of `{missing[0]}`, which is not known", written.span, help=hint
            )
        return sum(int(size) for size in sizes.values() if size is not None)

    # ---- items read once

    def _start(self, name: str) -> Start:
        return self._once(("start", name), lambda: start_of(self.graph.starts[name], self.evaluator))

    def _source(self, name: str) -> Source | None:
        found = self._blends.sources[name]
        reader = Sources(self.evaluator, self.techniques)
        return self._once(("source", name), lambda: attempt(self._report, lambda: reader.of(found)))

    def _once(self, key: tuple[str, str], work: Callable[[], R]) -> R:
        if key not in self._read:
            self._read[key] = work()
        return cast(R, self._read[key])

    def _draft(self, name: str) -> Draft:
        return self.graph.phases[name]

    def _ancestors(self, names: set[str]) -> set[str]:
        found, left = set(names), list(names)
        while left:
            more = set(self.parents.get(left.pop(), ())) - found
            found |= more
            left += more
        return found

    def _check_reached(self) -> None:
        """A merge of the recipe that nothing leads to would not be made."""
        for name, found in self.graph.merges.items():
            if name not in self.order and found.item in self._module.file.items:
                hint = f"write `flow {self.parents[name][0] if self.parents[name] else '...'} -> {name}`"
                self._report.error("merge-unreached", f"no flow reaches `{name}`", found.item.name_span, help=hint)

    def _check_edges(self) -> None:
        """An edge into a merge must come from a node whose weights go in."""
        for origin, name in self.graph.pairs:
            if name in self.graph.merges and self.parents[name] and origin.node not in self.parents[name]:
                message = f"`{origin.node}` leads to `{name}`, but its weights do not go in"
                self._report.error("flow-merge", message, origin.span, self.graph.merges[name].item.span)
