"""Lowers the phases of a graph: first window and budget, which need no curve, then the curves.

Each step is asked for by name and done once, so that an expression may ask for a value of any other phase.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeVar, cast

from mtdsl.diag import Report
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan import rates
from mtdsl.plan.attributes import SCALARS, Lookup, check_phase
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budget, Budgets
from mtdsl.plan.conditions import Conditions
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.drawing import Moving, Pens, drawn
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import Evaluator, count, plain
from mtdsl.plan.flow import Graph
from mtdsl.plan.model import Blend, Curve, Event, Parent, Phase, Plugin, Test, Transition
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.transitions import Edges
from mtdsl.registry import Registry

PACKER, OPTIMIZER = "concat", "adamw"
R = TypeVar("R")


@dataclass(frozen=True)
class Tools:
    """What lowering works with."""

    graph: Graph
    lookup: Lookup
    evaluator: Evaluator
    techniques: Techniques
    blends: Blends
    budgets: Budgets
    schedules: Schedules
    edges: Edges
    ending: Callable[[str], Ending]
    conditions: Conditions
    registry: Registry


class PhaseLowering:
    """Lowers one phase, given where its parent ended."""

    def __init__(self, draft: Draft, tools: Tools, report: Report) -> None:
        self._draft = draft
        self._tools = tools
        self._report = report
        self._before = tools.ending(draft.name)
        self._failed = False

    def lower(self) -> Phase:
        """The phase. Raises `Mistake` after everything wrong with it was reported."""
        draft, before, tools = self._draft, self._before, self._tools
        check_phase(draft, self._report)
        budget = tools.budgets.of(draft.name)
        transition = tools.edges.of(before.node, draft.name, before.kind, before.lr is not None)
        seed = self._try(lambda: self._seed(transition))
        lr = self._try(lambda: self._lr(budget, transition)) if budget.batch else None
        mix = self._try(lambda: self._mix(budget)) if budget.batch else None
        scalars = {name: self._try(lambda name=name: self._scalar(name, budget)) for name in SCALARS if self._find(name)}  # type: ignore[misc]
        packing = self._try(lambda: self._plugin("packing", "packer", PACKER))
        optimizer = self._try(lambda: self._plugin("optimizer", "optimizer", OPTIMIZER))
        mask = self._try(self._mask)
        stop = self._try(self._stop)
        if self._failed:
            raise Mistake
        lr, mix, scalars, events = self._events(budget, lr, mix, cast(dict[str, Curve[Fraction]], scalars))
        return Phase(
            name=draft.name,
            family=draft.family,
            parents=(Parent(before.node, before.at),) if before.node else (),
            asked=budget.asked,
            tokens=budget.tokens,
            steps=budget.steps,
            origin=before.seen,
            seen=before.seen + budget.tokens,
            spent=before.spent + budget.tokens,
            batch=budget.batch,
            context=budget.window.context,
            lr=lr,
            mix=mix,
            scalars=scalars,
            packing=cast(Plugin, packing),
            mask=cast(Literal["document", "none"], mask),
            optimizer=cast(Plugin, optimizer),
            seed=cast(int, seed),
            transition=transition,
            doc=draft.item.doc,
            certainty="bounded" if stop or before.certainty == "bounded" else "exact",
            stop=stop,
            events=events,
        )

    def _events(
        self, budget: Budget, lr: Curve[Fraction] | None, mix: Curve[Blend] | None, scalars: dict[str, Curve[Fraction]]
    ) -> tuple[Curve[Fraction] | None, Curve[Blend] | None, dict[str, Curve[Fraction]], tuple[Event, ...]]:
        """The curves with what every event is expected to do to them, and the events."""
        if not budget.events or lr is None or mix is None:
            return lr, mix, scalars, ()
        tools = self._tools
        pens = Pens(
            tools.evaluator,
            tools.techniques,
            tools.blends,
            tools.schedules,
            tools.conditions,
            tools.registry,
            self._report,
            lambda name: self._rate if name == "lr" else self._amount(name),
        )
        moving, events = drawn(self._draft, budget, Moving({**scalars, "lr": lr}, mix), pens)
        return moving.numbers["lr"], moving.mix, {name: moving.numbers[name] for name in scalars}, events

    def _stop(self) -> Test | None:
        written = self._find("stop")
        return None if written is None else self._tools.conditions.read(written.value, written.scope)

    def _try(self, work: Callable[[], R]) -> R | None:
        """What `work` gives; a mistake in one attribute does not hide those in others."""
        done = attempt(self._report, lambda: (work(),))
        self._failed = self._failed or done is None
        return done[0] if done else None

    def _find(self, name: str) -> Written | None:
        return self._tools.lookup(self._draft, name)

    def _needed(self, name: str, example: str) -> Written:
        found = self._find(name)
        if found is None and self._tools.schedules.broken(name):
            raise Mistake
        if found is None:
            raise mistake(
                "missing-attribute", f"`{self._draft.name}` has no `{name}`", self._draft.span, help=f"write `{example}`"
            )
        return found

    def _seed(self, transition: Transition) -> int:
        written = self._find("seed")
        if written is None:
            return 0 if self._before.seed is None else self._before.seed
        seed = count(self._number(written), "seed")
        inherited = self._before.seed
        if transition.data == "continue" and inherited is not None and seed != inherited:
            message = f"`{self._draft.name}` has seed {seed}, but goes on with the data order that seed {inherited} began"
            name = self._draft.name if self._draft.rungs > 1 else self._draft.family
            hint = f"write transition {self._before.node} -> {name} {{ data = fresh }}, or leave the seed out"
            raise mistake("seed-without-fresh", message, written.span, help=hint)
        return seed

    def _lr(self, budget: Budget, transition: Transition) -> Curve[Fraction]:
        draft, before = self._draft, self._before
        if self._tools.schedules.owns("lr", draft.name):
            return self._scheduled(transition)
        written = self._needed("lr", "lr = 2e-4")
        axis, slot = self._axis(budget), Slot("lr", self._rate, before.lr)
        warm = self._find("warmup")
        if warm is None and transition.lr == "rewarm":
            message = f"`{draft.name}` is to climb from its parent's rate, but has no `warmup`"
            raise mistake("rewarm-without-warmup", message, written.span, help="write `warmup = 1000 steps`, or `lr = restart`")
        warmup = rates.warmup_of(warm, draft, axis, transition, before.lr, self._tools.evaluator) if warm else None
        pieces = self._layer(slot, axis, written).lay(written.value, warmup.tokens if warmup else 0, self._report)
        curve = Curve(pieces, warmup)
        if transition.lr == "continue" and before.node:
            rates.check_continuity(draft, curve, before.node, before.lr, rates.first_span(written.value), before.lr_span)
        return curve

    def _scheduled(self, transition: Transition) -> Curve[Fraction]:
        draft, before, schedules = self._draft, self._before, self._tools.schedules
        curve = schedules.curve("lr", draft.name, self._find("lr"), self._rate)
        warm = self._find("warmup")
        if warm is not None:
            hint = "write the rise as the schedule's first piece: `[0 -> 2e-4 over 2000 steps, ...]`"
            message = f"a schedule sets the rate of `{draft.name}`, so it has no `warmup`"
            raise mistake("schedule-owns", message, warm.span, help=hint)
        if transition.lr == "continue" and before.node and schedules.begins("lr", draft.name):
            span = schedules.first_span("lr", draft.name)
            rates.check_continuity(draft, curve, before.node, before.lr, span, before.lr_span)
        return curve

    def _mix(self, budget: Budget) -> Curve[Blend]:
        written = self._needed("mix", "mix = stage1")
        blends = self._tools.blends
        slot = Slot("mix", blends.read, self._before.mix, blends.ruled, jumps=True)
        layer = self._layer(slot, self._axis(budget), written)
        return Curve(layer.lay(written.value, 0, self._report))

    def _scalar(self, name: str, budget: Budget) -> Curve[Fraction] | None:
        written = self._find(name)
        if written is None or budget.batch is None:
            return None
        layer = self._layer(Slot(name, self._amount(name), None), self._axis(budget), written)
        return Curve(layer.lay(written.value, 0, self._report))

    def _amount(self, name: str) -> Callable[[tree.Expr, Scope], Fraction]:
        def read(expr: tree.Expr, scope: Scope) -> Fraction:
            value = plain(self._tools.evaluator.number(expr, scope), name)
            if value < 0:
                raise mistake("unit-mismatch", f"`{name}` cannot be negative", expr.span)
            return value

        return read

    def _plugin(self, name: str, kind: str, default: str) -> Plugin:
        written = self._find(name)
        if written is None:
            return self._tools.techniques.default(kind, default, self._draft.span)
        return self._tools.techniques.bind(kind, cast(Any, written.value), written.scope)

    def _mask(self) -> str:
        written = self._tools.lookup.written(self._draft, "mask")
        if written is None:
            return "document"
        return self._tools.evaluator.word(written.value, written.scope, ("document", "none"), "mask")

    def _rate(self, expr: Any, scope: Any) -> Fraction:
        value = self._tools.evaluator.number(expr, scope)
        rate = plain(value, "lr")
        part = value.dimension == "share" and not isinstance(self._tools.evaluator.resolve(expr, scope)[0], tree.Binary)
        if part or value.scaled or not 0 <= rate < 1000:
            raise mistake("unit-mismatch", "a learning rate is a small plain number such as `2e-4`", value.span)
        return rate

    def _number(self, written: Written) -> Any:
        return self._tools.evaluator.number(cast(Any, written.value), written.scope)

    def _axis(self, budget: Budget) -> Axis:
        assert budget.batch is not None
        return Axis((Stretch(budget.batch, budget.steps),))

    def _layer(self, slot: Slot[R], axis: Axis, written: Written) -> Layer[R]:
        return Layer(slot, axis, written.scope, self._tools.evaluator, self._tools.techniques)
