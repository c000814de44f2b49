"""What moves in a phase: its rate, its mixture and every other number, each laid on the phase's tokens."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan import rates
from mtdsl.plan.axis import Axis
from mtdsl.plan.budgets import Budget
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.edits import without
from mtdsl.plan.endings import Ending, first_of
from mtdsl.plan.evaluate import rate
from mtdsl.plan.model import Blend, Curve, Piece, Transition
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.scalars import NUMBERS, amount
from mtdsl.plan.tools import Tools
from mtdsl.plan.warmups import check_climbs, continued, warmup_of

R = TypeVar("R")


@node
class Motions(Frozen):
    """Reads the curves of one phase that trains; every method raises `Mistake`. A schedule over a path comes first."""

    draft: Draft
    tools: Tools
    report: Report
    before: Ending
    budget: Budget
    transition: Transition

    def find(self, name: str) -> Written | None:
        """An attribute of the phase; None where nobody wrote it."""
        return self.tools.lookup(self.draft, name)

    def rate(self) -> Curve[Fraction]:
        """The learning rate, its warm-up included."""
        draft, before, transition = self.draft, self.before, self.transition
        if self.tools.schedules.owns("lr", draft.name):
            return self._scheduled_rate()
        written = self._needed("lr", "lr = 2e-4")
        warm, axis = self.find("warmup"), self._axis()
        layer = self._layer(self._rate_slot(before), axis, written)
        if transition.lr == "continue" and before.node:
            return self._continued_rate(layer, written, warm)
        if warm is None and transition.lr == "rewarm":
            message = f"`{draft.name}` is to climb from its parent's rate, but has no `warmup`"
            raise mistake("rewarm-without-warmup", message, written.span, help="write `warmup = 1000 steps`, or `lr = restart`")
        if warm is None:
            return Curve(layer.lay(written.value, 0, self.report))
        warmup = warmup_of(warm, draft, axis, transition, before.lr, self.tools.evaluator)
        curve = Curve(layer.lay(written.value, warmup.tokens, self.report), warmup)
        check_climbs(curve, warm, written, draft, transition)
        return curve

    def _continued_rate(self, layer: Layer[Fraction], written: Written, warm: Written | None) -> Curve[Fraction]:
        """A rate that goes on; of one that jumps and warms up, the jump is told: the restart may be what was forgotten."""
        curve = Curve(layer.lay(written.value, 0, self.report))
        self._check_continuity(curve, rates.first_span(written.value), warms=warm is not None)
        if warm is not None:
            raise continued(warm, self.draft)
        return curve

    def _scheduled_rate(self) -> Curve[Fraction]:
        draft, before, schedules, transition = self.draft, self.before, self.tools.schedules, self.transition
        curve = schedules.curve("lr", draft.name, self.find("lr"), self._rate_slot)
        warm = self.find("warmup")
        if warm is not None:
            hint = "write the rise as the schedule's first piece: `[0 -> 2e-4 over 2000 steps, ...]`"
            message = f"a schedule sets the rate of `{draft.name}`, so it has no `warmup`"
            raise mistake("schedule-owns", message, warm.span, help=hint, fix=without(warm.attribute, draft.item))
        if transition.lr == "continue" and before.node:
            self._check_continuity(curve, schedules.first_span("lr", draft.name), warms=False)
        return curve

    def _check_continuity(self, curve: Curve[Fraction], span: Span, *, warms: bool) -> None:
        """Raises `Mistake` where the rate jumps; old moments are offered to go where nobody said that they stay."""
        stays = not warms and self.transition.optimizer == "keep" and "optimizer" not in self.transition.written
        first = first_of(curve, self.tools.registry)
        edges = self.tools.edges
        rates.check_continuity(edges.named(self.before.node, self.draft), first, self.before, span, edges.saying, stays=stays)

    def _rate_slot(self, before: Ending) -> Slot[Fraction]:
        """The rate, which moves on from `before`."""
        if before.kind != "start":
            return Slot("lr", self._rate, before.lr)
        way_out = f"declare the `lr` of `{before.made}`, let `mtdsl lock` read it from the checkpoint, or write both ends"
        return Slot("lr", self._rate, before.lr, way_out=way_out)

    def mixture(self) -> Curve[Blend]:
        """The mixture."""
        blends, schedules = self.tools.blends, self.tools.schedules

        def slot(before: Ending) -> Slot[Blend]:
            return Slot("mix", blends.read, before.mix, blends.ruled, jumps=True)

        if schedules.owns("mix", self.draft.name):
            return schedules.curve("mix", self.draft.name, self.find("mix"), slot)
        written = self._needed("mix", "mix = stage1")
        layer = self._layer(slot(self.before), self._axis(), written)
        return Curve(layer.lay(written.value, 0, self.report))

    def number(self, name: str) -> Curve[Fraction]:
        """Any other number that moves."""

        def slot(before: Ending) -> Slot[Fraction]:
            return Slot(name, self.reader(name), self._last(name, before))

        if self.tools.schedules.owns(name, self.draft.name):
            return self.tools.schedules.curve(name, self.draft.name, self.find(name), slot)
        written = self._needed(name, f"{name} = 0.1")
        layer = self._layer(slot(self.before), self._axis(), written)
        return Curve(layer.lay(written.value, 0, self.report))

    def unasked(self, name: str) -> Curve[Fraction]:
        """A number that nobody says: its default, or 0 where it is `none`."""
        unsaid = self.tools.lookup.written(self.draft, name) is None
        value = (NUMBERS[name].default if unsaid else None) or Fraction(0)
        return Curve((Piece(Fraction(0), Fraction(self._axis().tokens), value, value),))

    def reader(self, name: str) -> Callable[[tree.Expr, Scope], Fraction]:
        """What reads one end of a number that moves, the rate's included."""
        if name == "lr":
            return self._rate
        return lambda expr, scope: amount(name, expr, scope, self.tools.evaluator)

    def _last(self, name: str, before: Ending) -> Fraction | None:
        """What a number was where a parent ended; where nobody said, its default or the optimizer's own."""
        if before.node is None or name in before.scalars:
            return before.scalars.get(name)
        optimizer = before.techniques.get("optimizer")
        own = optimizer.params.get(name) if optimizer else None
        default = NUMBERS[name].default
        return default if default is not None or not isinstance(own, int | Fraction) else Fraction(own)

    def _rate(self, expr: Any, scope: Any) -> Fraction:
        value = self.tools.evaluator.number(expr, scope)
        part = value.dimension == "share" and not value.too
        plain = value.dimension in ("number", "share", "rate")
        if plain and (part or value.scaled or not 0 <= value.value < 1000):
            hint = self._meant(value.value, part=part)
            raise mistake("unit-mismatch", "a learning rate is a small plain number such as `2e-4`", value.span, help=hint)
        return rate(value, "lr")

    def _meant(self, wanted: Fraction, *, part: bool) -> str | None:
        """The rate that a share of one, or an exponent without its sign, was meant to be."""
        before = self.before.lr
        if part:
            if before is None:
                return "write the rate itself"
            end = f"; {float(100 * wanted):g} % of {rates.shown(before)}, its parent's end, is `{rates.shown(wanted * before)}`"
            return f"write the rate itself{end}"
        mantissa, _, exponent = f"{float(wanted):e}".partition("e+")
        return f"write `{float(mantissa):g}e-{int(exponent)}`" if wanted >= 1000 and exponent else None

    def _needed(self, name: str, example: str) -> Written:
        found = self.find(name)
        if found is None and self.tools.schedules.broken(name):
            raise Mistake
        if found is None:
            message = f"`{self.draft.name}` has no `{name}`"
            like = f", or copy what `{self.before.node}` says: `like {self.before.node}`" if self.before.kind == "phase" else ""
            raise self.tools.lookup.missing(self.draft, "missing-attribute", message, f"write `{example}`{like}")
        return found

    def _axis(self) -> Axis:
        return self.budget.axis

    def _layer(self, slot: Slot[R], axis: Axis, written: Written) -> Layer[R]:
        return Layer(slot, axis, written.scope, self.tools.evaluator, self.tools.techniques)
