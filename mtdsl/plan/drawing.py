"""Draws what events are expected to do into the curves of a phase, so that every view and budget holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from mtdsl.diag import Label, Report
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.values import Unit
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.blends import Blends
from mtdsl.plan.budgets import Budget
from mtdsl.plan.drafts import Draft
from mtdsl.plan.endings import blend_at, value_at
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.events import Expected, overlaid, rest_of, scope_now
from mtdsl.plan.model import Batch, Blend, Curve, Event, Test, V
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.rates import shown
from mtdsl.plan.schedules import Schedules
from mtdsl.plan.steps import sequences_of_step, steps_of
from mtdsl.registry import Registry

Reader = Callable[[tree.Expr, Scope], Fraction]


@node
class Moving(Frozen):
    """What moves in a phase: `numbers` by attribute (`lr`, `weight_decay`, ...), and the mixture."""

    numbers: Mapping[str, Curve[Fraction]]
    mix: Curve[Blend]


@node
class Pens(Frozen):
    """What events are drawn with; `readers` reads one end of each number that can move."""

    evaluator: Evaluator
    techniques: Techniques
    blends: Blends
    schedules: Schedules
    read_test: Callable[[tree.Value, Scope], Test]
    registry: Registry
    report: Report
    readers: Callable[[str], Reader]


def drawn(draft: Draft, budget: Budget, moving: Moving, pens: Pens) -> tuple[Moving, tuple[Event, ...]]:
    """A phase's curves with the effect of every event, and the events. Raises `Mistake`."""
    events = []
    for found in budget.events:
        moving, event = _happened(draft, budget, found, moving, pens)
        events.append(event)
    return moving, tuple(events)


def _happened(draft: Draft, budget: Budget, found: Expected, moving: Moving, pens: Pens) -> tuple[Moving, Event]:
    assert budget.batch is not None
    test = found.progress or pens.read_test(found.when.item.test, found.when.scope)
    scope = _now(found, moving, budget.batch, pens.registry)
    sets: dict[str, Curve[Fraction]] = {} if found.batch is None else {"batch": found.batch}
    numbers, mix, blend = dict(moving.numbers), moving.mix, None
    for name, written in found.sets.items():
        pens.schedules.check_event(name, draft.name, written.span)
        if name == "mix":
            blend = _mix(found, budget, mix, scope, pens)
            mix = overlaid(mix, blend.pieces, found.at)
        elif name != "batch":
            before = moving.numbers.get(name)
            if before is None:
                message = f"`{name}` is to change, but `{draft.name}` does not say what it is before"
                raise mistake("missing-attribute", message, written.span, help=f"write `{name} = ...` in the phase too")
            _check_free(draft, found, name, before, pens)
            slot = Slot(name, pens.readers(name), value_at(before, found.at, pens.registry))
            sets[name] = _laid(slot, found, name, budget, scope, pens)
            if name == "lr":
                _check_decay(draft, found, before, sets[name], budget, pens)
            numbers[name] = overlaid(before, sets[name].pieces, found.at)
    return Moving(numbers, mix), Event(test, found.at, sets, blend)


def _mix(found: Expected, budget: Budget, mix: Curve[Blend], scope: Scope, pens: Pens) -> Curve[Blend]:
    blend = blend_at(mix, found.at, pens.registry)
    slot = Slot("mix", pens.blends.read, blend, pens.blends.ruled, jumps=True)
    with pens.blends.now(blend):
        return _laid(slot, found, "mix", budget, scope, pens)


def _laid(slot: Slot[V], found: Expected, name: str, budget: Budget, scope: Scope, pens: Pens) -> Curve[V]:
    """A value on what is left of the phase, positions counted from the event."""
    assert budget.batch is not None
    steps = steps_of(budget.batch, found.at)
    axis = Axis((Stretch(rest_of(budget.batch, steps), budget.own - steps),), budget.in_steps)
    return Curve(Layer(slot, axis, scope, pens.evaluator, pens.techniques).lay(found.sets[name].value, 0, pens.report))


def _check_free(draft: Draft, found: Expected, name: str, before: Curve[Fraction], pens: Pens) -> None:
    span = found.sets[name].span
    if before.warmup is not None and found.at < before.warmup.tokens:
        message = f"this is expected at {found.at:,} tokens, and `{draft.name}` warms up for {before.warmup.tokens:,}"
        raise mistake("event-in-warmup", message, span, help="expect it behind the warm-up")


def _check_decay(
    draft: Draft, found: Expected, before: Curve[Fraction], sets: Curve[Fraction], budget: Budget, pens: Pens
) -> None:
    """Warns of a standing rate that replaces what would still have come down."""
    lands, here = before.pieces[-1].stop, value_at(before, found.at, pens.registry)
    stands = sets.pieces[0].start
    if lands >= here or any(value != stands for piece in sets.pieces for value in (piece.start, piece.stop)):
        return
    message = (
        f"`{draft.name}` would still have come down to {shown(lands)}; from this event on its rate stands at {shown(stands)}"
    )
    hint = f"write the decay in the event too, `lr = [... until 80%, -> {shown(lands)}]`, or let a phase behind it decay"
    pens.report.warning("event-ends-decay", message, Label(found.sets["lr"].span), help=hint)


def _now(found: Expected, moving: Moving, batch: Batch, registry: Registry) -> Scope:
    """Where the event's values are read: the name of an attribute is its value just before the event."""
    size = sequences_of_step(batch, steps_of(batch, found.at) - 1) * batch.length
    values: dict[str, tuple[Fraction, Unit | None]] = {
        name: (value_at(curve, found.at, registry), None) for name, curve in moving.numbers.items()
    }
    return scope_now(found.when.scope, {**values, "batch": (Fraction(size), "tokens")}, found.span)
