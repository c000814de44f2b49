"""The nodes of one recipe, each lowered once and on demand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from mtdsl.diag import Diagnostic, Report
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.plan import rounds
from mtdsl.plan.attributes import check_phase
from mtdsl.plan.averages import check_kept
from mtdsl.plan.endings import united
from mtdsl.plan.flow import order
from mtdsl.plan.lineage import furthest
from mtdsl.plan.locked import Locked
from mtdsl.plan.lowering import PhaseLowering
from mtdsl.plan.model import Blend, Merge, Phase, Start
from mtdsl.plan.names import Module
from mtdsl.plan.tools import Tools
from mtdsl.registry import Registry


class Compiler(Tools):
    """Answers for every node of the flow with its lowered form; what may be asked of it in an expression, `Answers` says."""

    def __init__(self, module: Module, registry: Registry, report: Report, locked: Locked) -> None:
        self._phases: dict[str, Phase | None] = {}
        self._open: list[str] = []
        self._merges: dict[str, Merge] = {}
        super().__init__(module, registry, report, locked)

    # ---- what the plan is made of

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Phases and merges that are reached, in an order in which they can be run."""
        wanted = self.graph.reached
        needed = {name: parents for name, parents in self.parents.items() if name in wanted}
        reached = order(self.graph, {**self.parents, **needed})
        keep = self.ancestors(set(needed))
        return tuple(name for name in reached if name in keep)

    def phases(self) -> tuple[Phase, ...]:
        """Every reached phase, lowered. Mistakes go to the report."""
        names = [name for name in self.order if name in self.graph.phases and name not in self.graph.orphans]
        for draft in self.graph.phases.values():  # all of them, first: what a phase lacks may be what is misspelt in another
            check_phase(draft, self.report)
        for name in names:  # first, so that no phase needs a deep descent
            attempt(self.report, lambda name=name: self.budgets.of(name))  # type: ignore[misc]
        found = [attempt(self.report, lambda name=name: self.phase(name)) for name in names]  # type: ignore[misc]
        done = {phase.name: phase for phase in found if phase}
        for name in self.graph.phases if self.report.failed else ():
            if name not in done:
                self.report.extend(tuple(self._of_its_own(name)))
        return tuple(done.values())

    def _of_its_own(self, name: str) -> Iterator[Diagnostic]:
        """What is wrong with a phase whoever its parent is, and however long it trains."""
        alone, draft = Report(), self.graph.phases[name]
        before = attempt(Report(), lambda: self.inherited.unfinished(name)) or self.inherited.unknown(name)
        budget = attempt(Report(), lambda: self.budgets.of(name)) or rounds.ANY
        attempt(alone, PhaseLowering(draft, self, alone, before, budget).lower)
        return rounds.local(alone, named=True)

    def merges(self) -> tuple[Merge, ...]:
        """Every reached merge."""
        names = [name for name in self.order if name in self.graph.merges]
        self._check_edges()
        self._check_reached()
        found = [attempt(self.report, lambda name=name: self.merge(name)) for name in names]  # type: ignore[misc]
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
                self._phases[name] = PhaseLowering(self.graph.phases[name], self, self.report).lower()
            finally:
                self._open.pop()
        found = self._phases[name]
        if found is None:
            raise Mistake
        return found

    def mixture(self, name: str) -> Blend | None:
        """The mixture that a node ends with; None out of a start or a merge, or where sizes decide it. Raises `Mistake`."""
        return self.inherited.ending(name, None).mix

    def merge(self, name: str) -> Merge:
        """A merge. Raises `Mistake`."""
        if name not in self._merges:
            found = self.graph.merges[name]
            terms = self.terms.of(found)
            check_kept(terms.parents, self.graph.phases, self.phase, terms.span)
            endings = [self.inherited.ending(parent.node, parent.at) for parent in furthest(terms.parents)]
            control = [self.inherited.ending(terms.against, None)] if terms.against else []
            self._merges[name] = Merge(
                name=name,
                merger=terms.merger,
                parents=terms.parents,
                weights=terms.weights,
                seen=max(ending.seen for ending in endings),
                spent=united(ending.used for ending in (*endings, *control)).total,
                context=self.inherited.merged_window(name)[0] or 0,
                doc=found.item.doc,
                against=terms.against,
                based=terms.based,
            )
        return self._merges[name]

    def _check_reached(self) -> None:
        """A merge of the recipe that nothing leads to would not be made, and a start that no flow begins with not be read."""
        used = {parent for parents in self.parents.values() for parent in parents}
        for name, found in self.graph.starts.items():
            if name not in used and found.item in self.module.file.items and not self.report.failed:
                hint = f"write `flow {name} -> {next(iter(self.graph.phases), '...')}`, or remove it"
                self.report.error("start-unused", f"no flow begins with `{name}`", found.item.name_span, help=hint)
        for name, found in self.graph.merges.items():
            if name not in self.order and found.item in self.module.file.items:
                hint = f"write `flow {self.parents[name][0] if self.parents[name] else '...'} -> {name}`"
                self.report.error("merge-unreached", f"no flow reaches `{name}`", found.item.name_span, help=hint)

    def _check_edges(self) -> None:
        """An edge into a merge must come from a node whose weights go in."""
        for origin, name in self.graph.pairs:
            if name in self.graph.merges and self.parents[name] and origin.node not in self.parents[name]:
                message = f"`{origin.node}` leads to `{name}`, but its weights do not go in"
                self.report.error("flow-merge", message, origin.span, self.graph.merges[name].item.span)
