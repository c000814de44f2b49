"""The warm-up of a phase: how long the rate climbs, from where, and what its first step has."""

from __future__ import annotations

from fractions import Fraction

from mtdsl.diag import Fix, Label, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.axis import Axis
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.edits import without
from mtdsl.plan.evaluate import Evaluator, rate
from mtdsl.plan.model import Curve, Transition, Warmup
from mtdsl.plan.rates import first_span, goes_on, shown


def warmup_of(
    written: Written, draft: Draft, axis: Axis, transition: Transition, last: Fraction | None, evaluator: Evaluator
) -> Warmup:
    """The warm-up of a phase whose rate does not go on: from 0, from the `first` rate that it names, or from the parent's last
    one under `rewarm`. Raises `Mistake`.
    """
    length, first = _said(written, evaluator)
    if length.value < 0:
        raise mistake("unit-mismatch", "`warmup` cannot be negative", length.span)
    if transition.lr == "rewarm" and last is None:
        message = f"`{draft.name}` is to climb from its parent's rate, which is not known"
        raise mistake("no-start-value", message, written.span, help="declare the parent's `lr`, or write `lr = restart`")
    if first is not None and transition.lr == "rewarm":
        message = f"`{draft.name}` is to climb from its parent's rate, and `first` says another"
        raise mistake("rewarm-from-another", message, first.span, help="leave `first` out, or write `lr = restart`")
    steps = axis.steps_before(axis.position(length, Fraction(0)))
    if steps > axis.stretches[0].steps:
        raise mistake(
            "warmup-longer-than-phase",
            f"warm-up takes {steps:,} steps, `{draft.name}` has {axis.stretches[0].steps:,}",
            written.span,
            help="shorten it, or write it as a share of the phase: `warmup = 10%`",
        )
    if first is not None:
        return Warmup(steps, axis.of_steps(steps), rate(first, "first"), "before")
    return Warmup(steps, axis.of_steps(steps), last if transition.lr == "rewarm" and last is not None else Fraction(0))


def check_climbs(curve: Curve[Fraction], warm: Written, written: Written, draft: Draft, transition: Transition) -> None:
    """Raises `Mistake` where a warm-up climbs nowhere: the shape behind it begins no higher than the warm-up does."""
    assert curve.warmup is not None
    low, high = curve.warmup.start, curve.pieces[0].start
    if high > low or not curve.warmup.steps:
        return
    begins = Label(first_span(written.value), f"the rate begins at {shown(high)}")
    if transition.lr == "rewarm":
        message = f"`{draft.name}` is to climb from its parent's rate, {shown(low)}, but its own begins at {shown(high)}"
        leave = f"write the rate that it climbs to, above {shown(low)}"
        hint = f"{leave}, or leave out `warmup` and `lr = rewarm`" if goes_on(written.value) else f"{leave}, or `lr = restart`"
        raise mistake("warmup-climbs-nowhere", message, Label(warm.span), begins, help=hint)
    rises = any(piece.stop > piece.start for piece in curve.pieces)
    why = "this rate rises by itself" if rises else "there is nothing to climb to"
    message = f"the warm-up of `{draft.name}` goes from {shown(low)} to {shown(high)}: {why}"
    hint = "write `warmup = none`" + (", or let the rate begin where the warm-up ends" if rises else "")
    raise mistake("warmup-climbs-nowhere", message, Label(warm.span), begins, help=hint)


def _said(written: Written, evaluator: Evaluator) -> tuple[Quantity, Quantity | None]:
    """How long a warm-up is, and the rate of its first step: `rise(2000 steps, first = 0)`; without it, a length alone."""
    value = written.value
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move | tree.Items):
        raise mistake("unit-mismatch", "`warmup` takes a length: `1000 steps`, `2B` or `5%`", written.span)
    found, scope = evaluator.resolve(value, written.scope)
    if not isinstance(found, tree.Call) or found.func.span.text != "rise":
        return evaluator.number(value, written.scope), None
    said = (*found.args, *(item.value for item in found.named))
    stands = [value for value in said if not isinstance(value, tree.Hold | tree.Ruled | tree.Move)]
    if len(found.args) != 1 or [item.name for item in found.named] != ["first"] or len(stands) != 2:
        message = "`rise` takes a length, and the rate of the first step"
        raise mistake("unit-mismatch", message, found.span, help="write `warmup = rise(2000 steps, first = 0)`")
    length, first = (evaluator.number(value, scope) for value in stands)
    if not 0 <= first.value < 1000:
        raise mistake("unit-mismatch", "a learning rate is a small plain number such as `2e-4`", first.span)
    return length, first


def continued(written: Written, draft: Draft) -> Mistake:
    """A warm-up where the rate goes on: written here, or copied along with a phase that needed one."""
    own = any(entry is written.attribute for entry in draft.item.body.entries)
    if not own and draft.item.like is not None and "warmup" in draft.attributes:
        return _copied(written, draft, draft.item.like.span.text)
    hint = "write `warmup = none`, or `lr = restart` or `lr = rewarm` on the transition"
    message = f"`{draft.name}` goes on with its parent's rate, so it cannot warm up"
    return mistake("warmup-continued", message, written.span, help=hint, fix=without(written.attribute, draft.item))


def _copied(written: Written, draft: Draft, like: str) -> Mistake:
    message = f"`{draft.name}` goes on with its parent's rate, but copies a warm-up from `{like}`"
    labels = Label(draft.span, "the rate goes on here"), Label(written.span, "copied from here")
    fix = None
    if draft.item.body.entries:
        first = draft.item.body.entries[0].span
        before = Span(first.source, first.start, first.start)
        fix = Fix.write(before, "warmup = none, ", title="write `warmup = none`", safe=False)
    hint = f"write `warmup = none` in `{draft.family}`, or `lr = restart` on the transition if it is to warm up"
    return mistake("warmup-copied", message, *labels, help=hint, fix=fix)
