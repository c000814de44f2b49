"""What a node takes over from where it comes from."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from mtdsl.diag.mistake import Mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.certainty import facts_of
from mtdsl.plan.curves import params_at
from mtdsl.plan.endings import Ending, Used, blend_at, rate_at, united, value_at
from mtdsl.plan.lineage import furthest
from mtdsl.plan.model import Certainty, Merge, Phase, Plugin, Start
from mtdsl.plan.names import Scope
from mtdsl.plan.points import point_of, pointless
from mtdsl.plan.rates import last_span
from mtdsl.plan.steps import sequences_of_step, step_at, steps_of
from mtdsl.plan.turns import advanced
from mtdsl.plan.unlike import unlike
from mtdsl.registry import Registry

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools


class Inheritance:
    """Answers where the parents of a node ended."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._befores: dict[str, Ending] = {}
        self._merged: dict[str, Ending] = {}

    def before(self, name: str) -> Ending:
        """Where the parent of a phase ended. Raises `Mistake`."""
        if name not in self._befores:
            origin = self._tools.graph.origins.get(name)
            self._befores[name] = Ending() if origin is None else self.ending(origin.node, self.point(name))
        return self._befores[name]

    def ending(self, node: str, at: int | None) -> Ending:
        """A point of a node: its end, or `at` tokens of a phase."""
        if node in self._tools.graph.starts:
            return _of_start(self._tools.declared.start(node))
        if node in self._tools.graph.merges:
            if node not in self._merged:
                self._merged[node] = self._of_merge(self._tools.merge(node))
            return self._merged[node]
        return self._of_phase(self._tools.phase(node), at)

    def window_before(self, name: str) -> Ending:
        """As `before`, but only window and batch: curves need budgets, so budgets may not need curves."""
        origin = self._tools.graph.origins.get(name)
        if origin is None:
            return Ending()
        if origin.node in self._tools.graph.starts:
            return _of_start(self._tools.declared.start(origin.node))
        window, in_force = self._window(origin.node)
        return Ending("phase", origin.node, window=window, in_force=in_force, batch=self._batch(name))

    def unfinished(self, name: str) -> Ending:
        """As `before`, of a parent that could not be worked out: its kind, its window, and nothing else. Raises `Mistake`."""
        node = self._tools.graph.origins.get(name)
        merged = node is not None and node.node in self._tools.graph.merges
        before = replace(self.window_before(name), batch=None)
        return replace(before, kind="merge") if merged else before

    def unknown(self, name: str) -> Ending:
        """As `before`, of a parent of which only the name is known."""
        origin = self._tools.graph.origins.get(name)
        return Ending() if origin is None else Ending("phase", origin.node)

    def merged_window(self, name: str) -> tuple[int | None, Plugin | None]:
        """The window that all parents of a merge share, and its extender. Raises `Mistake` where they differ."""
        found = self._tools.graph.merges[name]
        nodes = self._tools.terms.names(found)
        if not nodes:
            raise Mistake  # of nothing: reading its terms says so
        windows = [self._window(node) for node in nodes]
        if any(window != windows[0] for window in windows) and not self._tools.locked.assumes:
            starts = self._tools.graph.starts
            raise unlike(name, list(zip(nodes, windows, strict=True)), lambda node: node in starts, found.item.name_span)
        return windows[0]

    def point(self, name: str) -> int | None:
        """Where inside its parent a phase begins, in the parent's tokens; None at its end. Raises `Mistake`."""
        tools = self._tools
        origin = tools.graph.origins[name]
        if origin.call is None:
            return None
        if origin.node not in tools.graph.phases:
            raise pointless(origin.node, origin.span)
        if origin.call.func.span.text == "end":
            return None
        return self.at(origin.call, origin.node)

    def left(self, name: str) -> Quantity | None:
        """How far into its parent a phase begins, as written in `at(7T)`; None at its end. Raises `Mistake`."""
        tools, call = self._tools, self._tools.graph.origins[name].call
        if call is None or call.func.span.text == "end" or not call.args:
            return None
        argument = call.args[0]
        if isinstance(argument, tree.Hold | tree.Ruled | tree.Move):
            return None  # `point` says what is wrong with it
        return tools.evaluator.number(argument, Scope(tools.module))

    def at(self, call: tree.Call, node: str) -> int | None:
        """The tokens of a phase at `at(7T)`, None for its end. Raises `Mistake`."""
        tools = self._tools
        if node not in tools.graph.phases:
            raise pointless(node, call.span)
        return point_of(call, tools.budgets.of(node), Scope(tools.module), tools.evaluator, node)

    def _batch(self, name: str) -> int | None:
        """Tokens of the last step before a phase; None where that is not known."""
        origin = self._tools.graph.origins.get(name)
        while origin is not None and origin.node in self._tools.graph.phases:
            budget, point = self._tools.budgets.of(origin.node), self.point(name)
            if budget.batch is not None:
                step = (budget.steps if point is None else steps_of(budget.batch, point)) - 1
                return sequences_of_step(budget.batch, step) * budget.batch.length
            name = origin.node
            origin = self._tools.graph.origins.get(name)
        return None

    def _window(self, node: str) -> tuple[int | None, Plugin | None]:
        if node in self._tools.graph.starts:
            return self._tools.declared.start(node).context, None
        if node in self._tools.graph.merges:
            return self.merged_window(node)
        window = self._tools.budgets.of(node).window
        return window.known, window.in_force

    def _of_phase(self, phase: Phase, at: int | None) -> Ending:
        tools, before = self._tools, self.before(phase.name)
        tokens = phase.tokens if at is None else at
        window = tools.budgets.of(phase.name).window
        written = tools.lookup(tools.graph.phases[phase.name], "lr") if phase.lr else None
        return Ending(
            kind="phase" if phase.batch else before.kind,
            node=phase.name,
            behind=None if phase.batch else before.made,
            at=at,
            seen=phase.origin + tokens,
            window=window.known,
            in_force=window.in_force,
            lr=rate_at(phase, tokens, tools.registry) if phase.lr else before.lr,
            lr_certainty="exact" if phase.lr else before.lr_certainty,
            lr_span=tools.schedules.span("lr", phase.name) or (last_span(written.value) if written else before.lr_span),
            mix=blend_at(phase.mix, tokens, tools.registry) if phase.mix else before.mix,
            turns=advanced(phase.mix, step_at(phase, tokens), tools.registry) if phase.mix else before.turns,
            seed=phase.seed if phase.batch else before.seed,
            used=before.used.then(phase.name, tokens),
            certainty=phase.certainty,
            scalars=_scalars(phase, tokens, tools.registry) if phase.batch else before.scalars,
            techniques=_techniques(phase, tokens, tools.registry) if phase.batch else before.techniques,
        )

    def _of_merge(self, merge: Merge) -> Ending:
        window, in_force = self.merged_window(merge.name)
        endings = [self.ending(parent.node, parent.at) for parent in furthest(merge.parents)]
        used = united(ending.used for ending in endings)
        certain: Certainty = "bounded" if any(ending.certainty == "bounded" for ending in endings) else "exact"
        return Ending("merge", merge.name, None, merge.seen, window, in_force, used=used, certainty=certain)


def _scalars(phase: Phase, tokens: int, registry: Registry) -> dict[str, Fraction]:
    return {name: value_at(curve, tokens, registry) for name, curve in phase.scalars.items()}


def _techniques(phase: Phase, tokens: int, registry: Registry) -> dict[str, Plugin]:
    used = {"optimizer": phase.optimizer, "objective": phase.objective}
    return {name: Plugin(at.name, params_at(at.params, tokens, registry)) for name, at in used.items() if at is not None}


def _of_start(start: Start) -> Ending:
    seen = start.tokens or 0
    sure = facts_of(start)["lr"]
    return Ending(
        "start", start.name, None, seen, start.context, lr=start.lr, lr_certainty=sure, used=Used().then(start.name, seen)
    )
