"""The learning rate across an edge: where it may go on, and where warm-up begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from mtdsl.diag import Fix, Label, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.plan.axis import Axis
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.edits import without
from mtdsl.plan.endings import Ending
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.forks import Edge
from mtdsl.plan.model import Transition, Warmup

CLOSE = Fraction(1, 100)

LEAP = 10
"""Times a rate grows where an optimizer's old moments mislead its first steps.

Marin's restart with a kept state is 1.7 times, MiniMax' goes down; SmolLM3 and Olmo 3 leap from 0 and warm up.
"""

Saying = Callable[[str, str, Mapping[str, str]], Fix]


def warmup_of(
    written: Written, draft: Draft, axis: Axis, transition: Transition, last: Fraction | None, evaluator: Evaluator
) -> Warmup:
    """The warm-up of a phase whose rate does not go on: from 0, or the parent's last rate under `rewarm`. Raises `Mistake`."""
    if isinstance(written.value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("unit-mismatch", "`warmup` takes a length: `1000 steps`, `2B` or `5%`", written.span)
    length = evaluator.number(written.value, written.scope)
    if length.value < 0:
        raise mistake("unit-mismatch", "`warmup` cannot be negative", written.span)
    if transition.lr == "rewarm" and last is None:
        message = f"`{draft.name}` is to climb from its parent's rate, which is not known"
        raise mistake("no-start-value", message, written.span, help="declare the parent's `lr`, or write `lr = restart`")
    steps = axis.steps_before(axis.position(length, Fraction(0)))
    if steps > axis.stretches[0].steps:
        raise mistake(
            "warmup-longer-than-phase",
            f"warm-up takes {steps:,} steps, `{draft.name}` has {axis.stretches[0].steps:,}",
            written.span,
            help="shorten it, or write it as a share of the phase: `warmup = 10%`",
        )
    start = last if transition.lr == "rewarm" and last is not None else Fraction(0)
    return Warmup(steps, axis.of_steps(steps), start)


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


def check_continuity(edge: Edge, first: Fraction, before: Ending, span: Span, saying: Saying, *, stays: bool) -> None:
    """Raises `Mistake` where the `first` rate is not the last before `edge` within 1 %; `saying` makes the fix that allows it.

    Where the optimizer's state `stays` by default and nothing warms up, a rate that leaps is offered to begin with a new one.
    """
    (parent, name), last = edge, before.lr
    if last is None or before.lr_certainty == "unknown" or abs(first - last) <= CLOSE * max(abs(last), abs(first)):
        return
    labels = [Label(span, f"`{name}` starts at {shown(first)}")]
    if before.lr_span is not None:
        labels.append(Label(before.lr_span, f"`{parent}` ends at {shown(last)}"))
    message = f"the learning rate jumps from {shown(last)} to {shown(first)} where `{name}` begins"
    said = {**({"optimizer": "reset"} if stays and first >= LEAP * last else {}), "lr": "restart"}
    entries = ", ".join(f"{key} = {value}" for key, value in said.items())
    hint = f"if the restart is meant, say so: transition {parent} -> {name} {{ {entries} }}"
    raise mistake("lr-jump", message, *labels, help=hint, fix=saying(parent, name, said))


def shown(rate: Fraction) -> str:
    """A rate as people write it: `2e-5`, `0`."""
    text = f"{float(rate):.6g}"
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return f"{mantissa}e{int(exponent)}"
    value = float(text)
    if value and abs(value) < 0.01:
        mantissa, _, exponent = f"{value:.6e}".partition("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return text


def goes_on(value: tree.Value) -> bool:
    """Whether a rate moves on from where the phase before ended: `-> 0`."""
    if isinstance(value, tree.Items):
        return bool(value.items) and goes_on(value.items[0])
    return isinstance(value, tree.Move) and value.start is None


def first_span(value: tree.Value) -> Span:
    """Where the first rate of a value stands."""
    if isinstance(value, tree.Items) and value.items:
        return first_span(value.items[0])
    if isinstance(value, tree.Move):
        return value.span if value.start is None else value.start.span
    return value.value.span if isinstance(value, tree.Hold | tree.Ruled) else value.span


def last_span(value: tree.Value) -> Span:
    """Where the last rate of a value stands."""
    if isinstance(value, tree.Items) and value.items:
        return last_span(value.items[-1])
    if isinstance(value, tree.Move):
        return value.end.span
    return value.value.span if isinstance(value, tree.Hold | tree.Ruled) else value.span
