"""Lowers the phases of a graph: first window and budget, which need no curve, then the curves.

Each step is asked for by name and done once, so that an expression may ask for a value of any other phase.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar, cast

from mtdsl.diag import Report
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan.allotment import allotted, allotted_events
from mtdsl.plan.budgets import Budget
from mtdsl.plan.conditions import measured_at
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.drawing import Moving, Pens, drawn
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import count
from mtdsl.plan.extensions import trained_on
from mtdsl.plan.feeding import feeding_of
from mtdsl.plan.manners import Manners
from mtdsl.plan.model import Blend, Curve, Event, Feeding, Parent, Phase, Plugin, Test, Transition
from mtdsl.plan.models import declares
from mtdsl.plan.motions import Motions
from mtdsl.plan.names import Scope
from mtdsl.plan.rates import goes_on
from mtdsl.plan.scalars import NUMBERS, SCALARS, UNASKED
from mtdsl.plan.tools import Tools
from mtdsl.plan.turns import going_on

R = TypeVar("R")


class PhaseLowering:
    """Lowers one phase, given where its parent ended and how long it trains (left out, as they were worked out)."""

    def __init__(
        self, draft: Draft, tools: Tools, report: Report, before: Ending | None = None, budget: Budget | None = None
    ) -> None:
        self._draft = draft
        self._tools = tools
        self._report = report
        self._before = before or tools.inherited.before(draft.name)
        self._budget = budget
        self._failed = False

    def lower(self) -> Phase:
        """The phase. Raises `Mistake` after everything wrong with it was reported."""
        draft, before, tools = self._draft, self._before, self._tools
        budget = self._budget or tools.budgets.of(draft.name)
        transition = tools.edges.of(before.node, draft.name, before.kind, self._rate_known(), before.made)
        seed = self._try(lambda: self._seed(transition, budget))
        motions = Motions(draft, tools, self._report, before, budget, transition)
        lr, mix = (self._try(motions.rate), self._try(motions.mixture)) if budget.batch else (None, None)
        found = self._numbers(motions) if budget.batch else {}
        manners = self._manners(budget)
        packing, objective = (self._try(lambda name=name: manners.technique(name)) for name in ("packing", "objective"))  # type: ignore[misc]
        optimizer = self._try(lambda: manners.optimizer(found))
        groups = self._try(lambda: manners.groups(found))
        mask, edits = self._try(manners.mask), self._try(manners.edits)
        positions = self._try(lambda: manners.positions(mask or "document"))
        words: dict[str, Any] = {name: self._try(partial(manners.word, name)) for name in ("eod_loss", "coupling")}
        train, freeze = (self._try(lambda name=name: manners.patterns(name)) for name in ("train", "freeze"))  # type: ignore[misc]
        feeding = self._try(lambda: self._feeding(budget))
        stop = self._try(self._stop) if budget.batch else None
        if self._failed:
            raise Mistake
        lr, mix, scalars, events = self._events(motions, lr, mix, _numbers(motions, found, cast(Plugin, optimizer)))
        rewriting = manners.rewriting(scalars.get("fim"))
        turns = before.turns if transition.data == "continue" else ()
        mix = going_on(allotted(mix, budget.tokens, tools.registry), turns) if mix else None
        phase = Phase(
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
            groups=groups or (),
            edits=edits or (),
            feeding=feeding,
            positions=positions or "document",
            fim_mode=rewriting,
            seed=cast(int, seed),
            transition=transition,
            doc=draft.item.doc,
            certainty="bounded" if stop or before.certainty == "bounded" else "exact",
            stop=stop,
            events=allotted_events(events, budget.tokens, tools.registry),
            **words,
        )
        more = tools.edges.extensions.get(draft.name) if budget.extension else None
        return trained_on(phase, budget.own, tools.registry, more[1]) if more else phase

    def _numbers(self, motions: Motions) -> dict[str, Curve[Fraction] | None]:
        """The curves of the numbers that are written, copied or scheduled; None where one is wrong."""
        owns = self._tools.schedules.owns
        said = [name for name in SCALARS if self._find(name) or owns(name, self._draft.name)]
        return {name: self._try(lambda name=name: motions.number(name)) for name in said}  # type: ignore[misc]

    def _events(
        self, motions: Motions, lr: Curve[Fraction] | None, mix: Curve[Blend] | None, scalars: dict[str, Curve[Fraction]]
    ) -> tuple[Curve[Fraction] | None, Curve[Blend] | None, dict[str, Curve[Fraction]], tuple[Event, ...]]:
        """The curves with what every event is expected to do to them, and the events."""
        if not motions.budget.events or lr is None or mix is None:
            return lr, mix, scalars, ()
        tools = self._tools
        changed = (name for event in motions.budget.events for name in event.sets if name in NUMBERS and name not in scalars)
        scalars = {**scalars, **{name: motions.unasked(name) for name in changed if NUMBERS[name].default is not None}}
        pens = Pens(
            tools.evaluator,
            tools.techniques,
            tools.blends,
            tools.schedules,
            self._test,
            tools.registry,
            self._report,
            motions.reader,
        )
        moving, events = drawn(self._draft, motions.budget, Moving({**scalars, "lr": lr}, mix), pens)
        return moving.numbers["lr"], moving.mix, {name: moving.numbers[name] for name in scalars}, events

    def _stop(self) -> Test | None:
        written = self._find("stop")
        return None if written is None else self._test(written.value, written.scope)

    def _test(self, value: tree.Value, scope: Scope) -> Test:
        """A test; what it compares with must be known before the phase begins."""
        test = self._tools.conditions.read(value, scope)
        for node in measured_at(test):
            self._tools.edges.check_above(node, self._draft.name, value.span)
        return test

    def _try(self, work: Callable[[], R]) -> R | None:
        """What `work` gives; a mistake in one attribute does not hide those in others."""
        done = attempt(self._report, lambda: (work(),))
        self._failed = self._failed or done is None
        return done[0] if done else None

    def _find(self, name: str) -> Written | None:
        return self._tools.lookup(self._draft, name)

    def _seed(self, transition: Transition, budget: Budget) -> int:
        written = self._find("seed")
        if written is None:
            return 0 if self._before.seed is None else self._before.seed
        seed = count(self._number(written), "seed")
        inherited = self._before.seed
        reads = transition.data == "continue" and budget.steps  # a phase of no steps goes on with nothing
        if reads and inherited is not None and seed != inherited:
            parent, name = self._tools.edges.named(self._before.node, self._draft)
            own = f"seed {seed}" if name == self._draft.name else "a seed of its own"
            message = f"`{name}` has {own}, but goes on with the data order that seed {inherited} began"
            hint = f"write transition {parent} -> {name} {{ data = fresh }}, or leave the seed out"
            fix = self._tools.edges.saying(parent, name, {"data": "fresh"})
            raise mistake("seed-without-fresh", message, written.span, help=hint, fix=fix)
        return seed

    def _rate_known(self) -> bool:
        """Whether the parent's rate is one to hold the phase to; one that nobody declared is, where the phase asks for it."""
        before, tools = self._before, self._tools
        if before.kind != "start" or before.lr is None or declares(tools.graph.starts[before.made], "lr"):
            return before.lr is not None
        owned = tools.schedules.owned("lr", self._draft.name)
        written = owned.item if owned else self._find("lr")
        return written is not None and goes_on(written.value)

    def _manners(self, budget: Budget) -> Manners:
        tools, axis = self._tools, budget.axis if budget.batch else None
        return Manners(
            self._draft,
            tools.lookup,
            tools.evaluator,
            tools.techniques,
            tools.schedules,
            self._report,
            axis,
            self._before,
            tools.registry,
        )

    def _feeding(self, budget: Budget) -> Feeding | None:
        written = self._find("window")
        if written is None or budget.batch is None:
            return None
        return feeding_of(written, budget.batch, budget.window.context.end, self._tools.evaluator)

    def _number(self, written: Written) -> Any:
        return self._tools.evaluator.number(cast(Any, written.value), written.scope)


def _numbers(motions: Motions, said: dict[str, Curve[Fraction] | None], optimizer: Plugin) -> dict[str, Curve[Fraction]]:
    """The numbers that a phase sets, and those that do something unasked, unless its optimizer has such a number of its own."""
    unasked = {name for name in UNASKED if motions.budget.batch and name not in optimizer.params}
    every = {name: said[name] if name in said else motions.unasked(name) for name in SCALARS if name in unasked | said.keys()}
    return cast(dict[str, Curve[Fraction]], every)
