"""The nodes of one recipe, each lowered once and on demand."""

from __future__ import annotations

from functools import cached_property

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan import facts
from mtdsl.plan.attributes import Lookup, check_phase
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budgets
from mtdsl.plan.conditions import Conditions
from mtdsl.plan.declared import Declared
from mtdsl.plan.endings import united
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.evaluations import Evals
from mtdsl.plan.families import Families
from mtdsl.plan.flow import Flow, order
from mtdsl.plan.inheritance import Inheritance
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.locked import Locked
from mtdsl.plan.lowering import PhaseLowering
from mtdsl.plan.merges import Merges
from mtdsl.plan.model import Merge, Phase, Start
from mtdsl.plan.names import Found, Module, Scope
from mtdsl.plan.needed import only_needed
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.points import point_of
from mtdsl.plan.policies import Policies
from mtdsl.plan.readouts import Reader
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.tools import Tools
from mtdsl.plan.transitions import edges
from mtdsl.registry import Registry


class Compiler:
    """Answers for every node of the flow: its lowered form, and what may be asked of it in an expression."""

    def __init__(self, module: Module, registry: Registry, report: Report, locked: Locked) -> None:
        self.module = module
        self.locked = locked
        self.registry = registry
        self._report = report
        self._phases: dict[str, Phase | None] = {}
        self._open: list[str] = []
        self._ready = False
        self.settled = False
        self._merges: dict[str, Merge] = {}
        self.evaluator = Evaluator(self)
        self.techniques = Techniques(registry, self.evaluator, report)
        self._families = Families(self.evaluator)
        flow = Flow(module, self._families)
        self.graph = flow.graph(report)
        self.terms = Merges(
            self._families,
            self.evaluator,
            self.techniques,
            lambda name: self.budgets.of(name),
            lambda: self.conditions.known,
        )
        self.lookup = Lookup(module.settings, Scope(module))
        blends = Blends(self.evaluator, self.techniques, report)
        self.evals = Evals(module, self.evaluator, self.techniques, report, blends)
        self.conditions = Conditions(self.evaluator, self.techniques, self.evals, self._asked)
        self.declared = Declared(self.graph, blends, self.lookup, self.evaluator, self.techniques, report, locked)
        self._inherited = inherited = Inheritance(self)
        self.budgets: Budgets = Budgets(
            self.lookup,
            self.evaluator,
            self.techniques,
            registry,
            report,
            self.graph.phases.__getitem__,
            inherited.window_before,
            self.declared.epoch,
        )
        self.schedules = Schedules(
            flow, self.graph, self.budgets, self.evaluator, self.techniques, report, inherited.point, inherited.before
        )
        self.schedules.read()
        policies = Policies(flow, self.evaluator, self.conditions)
        self.edges = edges(flow, self.graph, policies, lambda name: self._ancestors({name}), report)
        self._tools = Tools(
            graph=self.graph,
            lookup=self.lookup,
            evaluator=self.evaluator,
            techniques=self.techniques,
            blends=blends,
            budgets=self.budgets,
            schedules=self.schedules,
            edges=self.edges,
            ending=inherited.before,
            conditions=self.conditions,
            registry=registry,
        )
        self._ready = True

    # ---- what the plan is made of

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """The nodes that each phase and merge comes from."""
        found = {name: (self.graph.origins[name].node,) if name in self.graph.origins else () for name in self.graph.phases}
        return {**found, **{name: self.terms.names(item) for name, item in self.graph.merges.items()}}

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
        names = [name for name in self.order if name in self.graph.phases and name not in self.graph.orphans]
        for name in self.graph.phases.keys() - set(names):  # the others are not lowered
            check_phase(self.graph.phases[name], self._report)
        for name in names:  # first, so that no phase needs a deep descent
            attempt(self._report, lambda name=name: self.budgets.of(name))  # type: ignore[misc]
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
        return tuple(self.declared.start(name) for name in self.graph.starts if name in used)

    # ---- nodes

    def phase(self, name: str) -> Phase:
        """A phase, lowered once. Raises `Mistake`."""
        if name in self.graph.orphans:
            raise Mistake
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
            terms = self.terms.of(found)
            endings = [self._inherited.ending(parent.node, parent.at) for parent in terms.parents]
            self._merges[name] = Merge(
                name=name,
                merger=terms.merger,
                parents=terms.parents,
                weights=terms.weights,
                seen=max(ending.seen for ending in endings),
                spent=sum(united([ending.used for ending in endings]).values()),
                context=self._inherited.merged_window(name)[0] or 0,
                doc=found.item.doc,
            )
        return self._merges[name]

    def fact(self, base: tree.Name | tree.Member, scope: Scope) -> Quantity:
        """What is asked of a node or a source: `plan5t.tokens`, `lc[128k].context.end`, `web.epochs`. Raises `Mistake`."""
        if (count := facts.members_of(base, scope, self._families, self.module)) is not None:
            return count
        if isinstance(base, tree.Name) and (source := self._source(base, scope)) is not None:
            return self._of_source(*source, base.span)
        name, asked = self._asked(base, scope)
        self._check_ready(base.span)
        if name in self.graph.starts:
            return facts.of_start(self.declared.start(name), asked, base.span)
        if asked in ("seen", "spent"):
            self._check_counted(name, asked, base.span)
        if name in self.graph.merges:
            return facts.of_merge(self.merge(name), asked, base.span)
        if asked in facts.OF_BUDGET:
            return facts.of_budget(self.budgets.of(name), asked, base.span)
        return facts.of_phase(self.phase(name), asked, base.span, self._reader())

    def fact_at(self, call: tree.Call, scope: Scope) -> Quantity:
        """What is asked of a phase at a point inside: `trunk.lr.at(7T)`. Raises `Mistake`."""
        func = call.func
        if isinstance(func, tree.Member):
            base: tree.Name | tree.Member = tree.Member(func.span, func.base, func.keys, func.rest[:-1])
        else:
            base = tree.Name(func.span, func.parts[:-1])
        name, asked = self._asked(base, scope)
        self._check_ready(call.span)
        if name not in self.graph.phases:
            raise mistake("at-past-end", f"`{name}` trains nothing, so it has no point inside", call.span)
        phase, budget = self.phase(name), self.budgets.of(name)
        point = point_of(call, budget, scope, self.evaluator, name)
        return facts.of_point(phase, asked, budget.tokens if point is None else point, call.span, self._reader())

    def _check_counted(self, name: str, asked: str, span: Span) -> None:
        """Raises `Mistake` where a start that leads to `name` does not say what it has seen."""
        for start in self._ancestors({name}) & self.graph.starts.keys():
            if self.declared.start(start).tokens is None:
                message = f"`{asked}` is not known: `{start}` does not say how many tokens it has seen"
                raise mistake("size-unknown", message, span, help=f"declare it: start {start} {{ tokens = ... }}")

    def _check_ready(self, span: Span) -> None:
        if not self._ready:
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
        name, source = found.item.name, self.declared.read(found)
        if source is None:
            raise Mistake
        size = None if source.tokens.value is None else int(source.tokens.value)
        if asked == "size":
            return facts.of_source(size, None, asked, name, span)
        if not self.settled:
            message = f"how much of `{name}` a plan takes is known when all its phases are"
            raise mistake("value-cycle", message, span, help="only a `check` may ask for it")
        return facts.of_source(size, self._taken.get(name, 0.0), asked, name, span)

    def _reader(self) -> Reader:
        names = {name: found.tokens.value for name in dict(self.declared.items()) if (found := self.declared.source(name))}
        declared = [name for name, found in self.module.names.items() if isinstance(found.item, tree.Data)]
        sizes = {name: int(size) for name, size in names.items() if size is not None}
        return Reader(self.registry, sizes, tuple(dict.fromkeys((*names, *declared))))

    @cached_property
    def _taken(self) -> dict[str, float | None]:
        """Tokens of each source that the whole plan takes; None where that cannot be known."""
        sizes, total = self._reader().sizes, dict[str, float | None]()
        for phase in only_needed(self.phases(), self.merges(), self.graph.ends):
            for name, tokens in phase_intake(phase, sizes, self.registry).items():
                before = total.get(name, 0.0)
                total[name] = None if tokens is None or before is None else before + tokens
        return total

    def _asked(self, base: tree.Name | tree.Member, scope: Scope) -> tuple[str, str]:
        return facts.node_of(base, scope, self._families, self.module)

    def _ancestors(self, names: set[str]) -> set[str]:
        found, left = set(names), list(names)
        while left:
            more = set(self.parents.get(left.pop(), ())) - found
            found |= more
            left += more
        return found

    def _check_reached(self) -> None:
        """A merge of the recipe that nothing leads to would not be made, and a start that no flow begins with not be read."""
        used = {parent for parents in self.parents.values() for parent in parents}
        for name, found in self.graph.starts.items():
            if name not in used and found.item in self.module.file.items and not self._report.failed:
                hint = f"write `flow {name} -> {next(iter(self.graph.phases), '...')}`, or remove it"
                self._report.error("start-unused", f"no flow begins with `{name}`", found.item.name_span, help=hint)
        for name, found in self.graph.merges.items():
            if name not in self.order and found.item in self.module.file.items:
                hint = f"write `flow {self.parents[name][0] if self.parents[name] else '...'} -> {name}`"
                self._report.error("merge-unreached", f"no flow reaches `{name}`", found.item.name_span, help=hint)

    def _check_edges(self) -> None:
        """An edge into a merge must come from a node whose weights go in."""
        for origin, name in self.graph.pairs:
            if name in self.graph.merges and self.parents[name] and origin.node not in self.parents[name]:
                message = f"`{origin.node}` leads to `{name}`, but its weights do not go in"
                self._report.error("flow-merge", message, origin.span, self.graph.merges[name].item.span)
