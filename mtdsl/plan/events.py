"""`when loss < 1.98 { expect = 69B, batch = 32Mi tokens }`: where the plan draws an event, and what it sets.

Where one waits for progress, `when tokens >= 80% { ... }`, the plan knows it; `mtdsl.plan.progress` reads that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from mtdsl.diag import Label, Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.lang.values import Unit
from mtdsl.plan.attributes import DESCRIPTIVE, PHASE, unknown_attribute
from mtdsl.plan.axis import bisect_steps
from mtdsl.plan.drafts import Draft, Occasion, Written
from mtdsl.plan.edits import removed
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Asked, Batch, Curve, Piece, Run, Term, Test, V
from mtdsl.plan.names import Bound, Scope
from mtdsl.plan.progress import Waits, waits_for
from mtdsl.plan.scalars import SCALARS
from mtdsl.plan.steps import tokens_of

ReadTest = Callable[[tree.Expr, Scope], Test]
SETTABLE = ("batch", "lr", "mix", *SCALARS)


@node
class Expected(Frozen):
    """An event of a phase: the step boundary where the plan draws it, in tokens, and the attributes that it sets.

    `batch` is what it makes of the batch, in sequences, positions counted from the event. `progress` is the test of one that
    waits for progress: it is drawn where it happens.
    """

    when: Occasion
    at: int
    sets: Mapping[str, Written]
    batch: Curve[Fraction] | None = None
    progress: Test | None = None

    @property
    def span(self) -> Span:
        """The whole `when`."""
        return self.when.item.span


def expected(
    draft: Draft, when: Occasion, asked: Asked, batch: Batch, evaluator: Evaluator, read: ReadTest, parent: str | None
) -> Expected:
    """Where `when` is drawn on a phase that is fed `batch` until then. Raises `Mistake` where that is not inside.

    `read` reads a test of what is measured; `parent` is where the phase begins.
    """
    sets, expect = _entries(when)
    waits = waits_for(when, evaluator, parent)
    if waits is not None:
        return _known(draft, when, waits, sets, expect, asked, batch)
    if expect is None:
        read(when.item.test, when.scope)  # an `expect` would not mend a test of what nothing measures
        hint = "add where the plan should draw it: `expect = 69B`"
        raise mistake("event-without-expect", "nothing says when this is expected to happen", when.item.test.span, help=hint)
    _check_sets(when, sets)
    if isinstance(expect.value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("unit-mismatch", "`expect` takes tokens, steps or a share of the phase", expect.span)
    steps = steps_until(evaluator.number(expect.value, expect.scope), "expect =", asked.unit, batch)
    _check_inside(draft, when, steps, batch, expect.span, expects=True)
    return Expected(when, tokens_of(batch, steps), sets)


def _known(
    draft: Draft, when: Occasion, waits: Waits, sets: dict[str, Written], expect: Written | None, asked: Asked, batch: Batch
) -> Expected:
    """An event that waits for progress: the plan knows where it happens."""
    if expect is not None:
        fix = removed(expect.attribute)
        message = f"the plan knows where this happens, at `{when.item.test.span.text}`"
        raise mistake("event-expect-known", message, expect.attribute.span, help="leave `expect` out", fix=fix)
    _check_sets(when, sets)
    _check_countable(draft, when, waits, asked)
    steps = steps_until(waits.amount, f"{waits.of} >=", waits.of, batch)
    _check_inside(draft, when, steps, batch, waits.amount.span)
    at = tokens_of(batch, steps)
    reached = Fraction(at if waits.of == "tokens" else steps)
    return Expected(when, at, sets, progress=Test(">=", (Term(metric=waits.of), Term(reached))))


def _check_countable(draft: Draft, when: Occasion, waits: Waits, asked: Asked) -> None:
    """Raises `Mistake` for a share that hangs on this event or a later one: of tokens in a budget of steps, or the other way.

    How many tokens so many steps are, nobody knows before the last change of the batch.
    """
    budget = "steps" if asked.unit == "steps" else "tokens"
    if waits.amount.dimension != "share" or waits.of == budget:
        return
    behind = draft.whens[draft.whens.index(when) :]
    entries = (entry for other in behind for entry in other.item.body.entries)
    batch = next((entry for entry in entries if isinstance(entry, tree.Attribute) and entry.name == "batch"), None)
    if batch is not None:
        labels = Label(waits.amount.span), Label(batch.span, "the batch changes here")
        hangs = f"how many {waits.of} they are depends on where its batch changes"
        message = f"`{draft.name}` has a budget in {budget}, and {hangs}"
        hint = f"write `{budget} >= {waits.amount.span.text}`, or a number of {waits.of}"
        raise mistake("value-cycle", message, *labels, help=hint)


def _check_sets(when: Occasion, sets: Mapping[str, Written]) -> None:
    if not sets:
        raise mistake("event-sets-nothing", "this event changes nothing", when.item.span, help="write what becomes of what")


def _check_inside(draft: Draft, when: Occasion, steps: int, batch: Batch, span: Span, *, expects: bool = False) -> None:
    """Raises `Mistake` where an event is drawn before the first step or behind the last; `expects`: by its `expect`."""
    total = sum(run.steps for run in batch.runs)
    if not 0 < steps < total:
        where = "the event is expected" if expects else f"`{when.item.test.span.text}` is"
        message = f"`{draft.name}` has {tokens_of(batch, total):,} tokens in {total:,} steps; {where} outside"
        own = any(entry is when.item for entry in draft.item.body.entries)
        hint = f"the budget is a cap: {'expect it' if expects else 'wait for a point'} before its end, or leave the event out"
        hint = hint if own else f"`{draft.family}` copies it through `like`: write `when = none` there"
        raise mistake("event-past-end", message, span, help=hint)


def check_order(events: Iterable[Expected]) -> None:
    """Raises `Mistake` where an event is expected before one that is written above it."""
    last: Expected | None = None
    for event in events:
        if last is not None and event.at < last.at:
            labels = Label(event.span, f"expected at {event.at:,} tokens"), Label(last.span, f"expected at {last.at:,} tokens")
            raise mistake("event-order", "these events are expected in another order than they are written", *labels)
        last = event


def scope_now(scope: Scope, values: Mapping[str, tuple[Fraction, Unit | None]], span: Span) -> Scope:
    """A scope in which the name of an attribute is its value where the event happens: a number and its unit."""
    local = dict(scope.local)
    here = Scope(scope.module, local)
    local.update({name: Bound(tree.Number(span, value, "", unit), here) for name, (value, unit) in values.items()})
    return here


def overlaid(curve: Curve[V], pieces: tuple[Piece[V], ...], at: int) -> Curve[V]:
    """A curve that becomes `pieces`, counted from there, at token `at`, inside the phase and behind its warm-up."""
    kept = tuple(_until(piece, at) for piece in curve.pieces if piece.begin < at)
    moved = tuple(replace(piece, begin=piece.begin + at, end=piece.end + at) for piece in pieces)
    return Curve((*kept, *moved), curve.warmup)


def rest_of(batch: Batch, steps: int) -> Batch:
    """The batch from step `steps` on."""
    runs: list[Run] = []
    for run in batch.runs:
        if run.steps > steps:
            runs.append(Run(run.steps - steps, run.sequences))
        steps = max(0, steps - run.steps)
    return Batch(batch.length, tuple(runs))


def _until(piece: Piece[V], at: int) -> Piece[V]:
    return replace(piece, end=min(piece.end, Fraction(at))) if piece.by is None else piece


def _entries(when: Occasion) -> tuple[dict[str, Written], Written | None]:
    """What an event sets by name, and its `expect`."""
    found: dict[str, Written] = {}
    for entry in when.item.body.entries:
        if isinstance(entry, tree.When):
            raise mistake("event-cannot-set", "an event inside an event is not possible", entry.span)
        if entry.name in found:
            raise mistake("declared-twice", f"`{entry.name}` is given twice", entry.name_span, found[entry.name].span)
        _check_settable(entry)
        found[entry.name] = Written(entry, when.scope)
    expect = found.pop("expect", None)
    return {name: written for name, written in found.items() if name not in DESCRIPTIVE}, expect


def _check_settable(entry: tree.Attribute) -> None:
    if entry.name in PHASE and entry.name not in SETTABLE:
        listed = ", ".join(f"`{name}`" for name in SETTABLE)
        message = f"`{entry.name}` belongs to a whole phase: an event cannot set it"
        raise mistake("event-cannot-set", message, entry.name_span, help=f"an event sets {listed}")
    if entry.name not in ("expect", *SETTABLE, *DESCRIPTIVE):
        raise unknown_attribute(entry, ("expect", *SETTABLE), "an event")


def steps_until(amount: Quantity, of: str, unit: str, batch: Batch) -> int:
    """The steps before the boundary that is so far into the phase; a share is one of its `steps`, or else of its tokens.

    Raises `Mistake`.
    """
    if amount.dimension == "steps":
        return _whole(amount.value)
    if amount.dimension == "share":
        total = sum(run.steps for run in batch.runs)
        return _whole(amount.value * total) if unit == "steps" else _reaching(batch, amount.value * tokens_of(batch, total))
    if amount.dimension == "tokens" or (amount.dimension == "number" and amount.scaled):
        return _reaching(batch, amount.value)
    hint = f"write `{of} 69B`, `{of} 20_000 steps` or `{of} 30%`"
    name = of.partition(" ")[0]
    raise mistake("unit-mismatch", f"`{name}` takes tokens, steps or a share, not {amount.noun}", amount.span, help=hint)


def _whole(steps: Fraction) -> int:
    """The least whole number that reaches it."""
    return -(-steps.numerator // steps.denominator)


def _reaching(batch: Batch, tokens: Fraction) -> int:
    return bisect_steps(lambda steps: tokens_of(batch, steps), tokens) if tokens > 0 else 0
