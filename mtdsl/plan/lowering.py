"""Lowers the phases of a graph: first window and budget, which need no curve, then the curves.

Each step is asked for by name and done once, so that an expression may ask for a value of any other phase.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar, cast

from mtdsl.diag import Report
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan import rates
from mtdsl.plan.attributes import Lookup, check_phase
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budget, Budgets
from mtdsl.plan.conditions import Conditions
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.drawing import Moving, Pens, drawn
from mtdsl.plan.edits import without
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import Evaluator, count, plain
from mtdsl.plan.feeding import feeding_of
from mtdsl.plan.flow import Graph
from mtdsl.plan.manners import Manners
from mtdsl.plan.model import Blend, Curve, Event, Feeding, Parent, Phase, Plugin, Test, Transition
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.scalars import NUMBERS, SCALARS, amount
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.transitions import Edges
from mtdsl.registry import Registry

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
        said = [name for name in SCALARS if budget.batch and (self._find(name) or tools.schedules.owns(name, draft.name))]
        found = {name: self._try(lambda name=name: self._scalar(name, budget)) for name in said}  # type: ignore[misc]
        manners = self._manners(budget)
        packing, optimizer, objective = (
            self._try(lambda name=name: manners.technique(name))  # type: ignore[misc]
            for name in ("packing", "optimizer", "objective")
        )
        mask, coupling, edits = self._try(manners.mask), self._try(manners.coupling), self._try(manners.edits)
        train, freeze = (self._try(lambda name=name: manners.patterns(name)) for name in ("train", "freeze"))  # type: ignore[misc]
        feeding = self._try(lambda: self._feeding(budget))
        stop = self._try(self._stop)
        if self._failed:
            raise Mistake
        lr, mix, scalars, events = self._events(budget, lr, mix, cast(dict[str, Curve[Fraction]], found))
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
            mask=mask or "document",
            optimizer=cast(Plugin, optimizer),
            objective=objective,
            train=train or (),
            freeze=freeze or (),
            edits=edits or (),
            feeding=feeding,
            coupling=coupling or "none",
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
            message = f"`{self._draft.name}` has no `{name}`"
            like = (
                f", or copy what `{self._before.node}` says: `like {self._before.node}`" if self._before.kind == "phase" else ""
            )
            raise self._tools.lookup.missing(self._draft, "missing-attribute", message, f"write `{example}`{like}")
        return found

    def _seed(self, transition: Transition) -> int:
        written = self._find("seed")
        if written is None:
            return 0 if self._before.seed is None else self._before.seed
        seed = count(self._number(written), "seed")
        inherited = self._before.seed
        if transition.data == "continue" and inherited is not None and seed != inherited:
            name = self._draft.name if self._draft.rungs > 1 else self._draft.family  # once for a whole fork
            own = f"seed {seed}" if name == self._draft.name else "a seed of its own"
            message = f"`{name}` has {own}, but goes on with the data order that seed {inherited} began"
            hint = f"write transition {self._before.node} -> {name} {{ data = fresh }}, or leave the seed out"
            fix = self._tools.edges.saying(self._before.node or "", name, "data = fresh")
            raise mistake("seed-without-fresh", message, written.span, help=hint, fix=fix)
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
            rates.check_continuity(draft, curve, before, rates.first_span(written.value), self._tools.edges.saying)
        return curve

    def _scheduled(self, transition: Transition) -> Curve[Fraction]:
        draft, before, schedules = self._draft, self._before, self._tools.schedules
        curve = schedules.curve("lr", draft.name, self._find("lr"), lambda ending: Slot("lr", self._rate, ending.lr))
        warm = self._find("warmup")
        if warm is not None:
            hint = "write the rise as the schedule's first piece: `[0 -> 2e-4 over 2000 steps, ...]`"
            message = f"a schedule sets the rate of `{draft.name}`, so it has no `warmup`"
            raise mistake("schedule-owns", message, warm.span, help=hint, fix=without(warm.attribute, draft.item))
        if transition.lr == "continue" and before.node and schedules.begins("lr", draft.name):
            span = schedules.first_span("lr", draft.name)
            rates.check_continuity(draft, curve, before, span, self._tools.edges.saying)
        return curve

    def _mix(self, budget: Budget) -> Curve[Blend]:
        blends, schedules = self._tools.blends, self._tools.schedules

        def slot(before: Ending) -> Slot[Blend]:
            return Slot("mix", blends.read, before.mix, blends.ruled, jumps=True)

        if schedules.owns("mix", self._draft.name):
            return schedules.curve("mix", self._draft.name, self._find("mix"), slot)
        written = self._needed("mix", "mix = stage1")
        layer = self._layer(slot(self._before), self._axis(budget), written)
        return Curve(layer.lay(written.value, 0, self._report))

    def _scalar(self, name: str, budget: Budget) -> Curve[Fraction]:
        def slot(before: Ending) -> Slot[Fraction]:
            return Slot(name, self._amount(name), self._last(name, before))

        if self._tools.schedules.owns(name, self._draft.name):
            return self._tools.schedules.curve(name, self._draft.name, self._find(name), slot)
        written = self._needed(name, f"{name} = 0.1")
        layer = self._layer(slot(self._before), self._axis(budget), written)
        return Curve(layer.lay(written.value, 0, self._report))

    def _last(self, name: str, before: Ending) -> Fraction | None:
        """What a number was where a parent ended; where nobody said, its default or the optimizer's own."""
        if before.node is None or name in before.scalars:
            return before.scalars.get(name)
        optimizer = before.techniques.get("optimizer")
        own = optimizer.params.get(name) if optimizer else None
        default = NUMBERS[name].default
        return default if default is not None or not isinstance(own, int | Fraction) else Fraction(own)

    def _amount(self, name: str) -> Callable[[tree.Expr, Scope], Fraction]:
        return lambda expr, scope: amount(name, expr, scope, self._tools.evaluator)

    def _manners(self, budget: Budget) -> Manners:
        tools, axis = self._tools, self._axis(budget) if budget.batch else None
        return Manners(self._draft, tools.lookup, tools.evaluator, tools.techniques, self._report, axis, self._before)

    def _feeding(self, budget: Budget) -> Feeding | None:
        written = self._find("window")
        if written is None or budget.batch is None:
            return None
        return feeding_of(written, budget.batch, budget.window.context.end, self._tools.evaluator)

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
