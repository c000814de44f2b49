"""How long a phase trains: its window, its batch, and the whole steps that its budget asks for."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any, Literal, cast

from mtdsl.diag import Label, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.amounts import check_steps, rounded
from mtdsl.plan.attributes import BUDGETS
from mtdsl.plan.axis import Axis, Stretch
from mtdsl.plan.batchaxis import BatchAxis
from mtdsl.plan.batches import batch_of, sequences_of, window_of
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.evaluate import whole
from mtdsl.plan.events import Expected, check_order, expected, overlaid, scope_now
from mtdsl.plan.extensions import Extension, extension_of, longer
from mtdsl.plan.locked import ASSUMED_WINDOW
from mtdsl.plan.model import Asked, Batch, Context, Curve
from mtdsl.plan.names import Scope
from mtdsl.plan.pathbatch import PathBatch
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.steps import sequences_of_step, steps_of, tokens_of
from mtdsl.plan.windows import Window, Windows, shown

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools


@node
class Budget(Frozen):
    """Window, batch and length of a phase, and its events in order; no batch where it trains nothing.

    `steps` are those that it trains at most: its `own`, which its curves are laid on, and those of an `extension`.
    """

    window: Window
    asked: Asked
    batch: Batch | None
    steps: int
    events: tuple[Expected, ...] = ()
    extension: Extension | None = None

    @property
    def in_steps(self) -> bool:
        """Whether it is written in steps: so are shares of the phase then."""
        return self.asked.unit == "steps"

    @property
    def own(self) -> int:
        """The steps of its own budget."""
        return self.steps - (self.extension.steps * self.extension.times if self.extension else 0)

    @property
    def axis(self) -> Axis:
        """What the curves of a phase that trains are laid on."""
        assert self.batch is not None
        return Axis((Stretch(self.batch, self.own),), self.in_steps)

    @property
    def tokens(self) -> int:
        """Steps times batch."""
        return self.tokens_at(self.steps)

    def tokens_at(self, steps: int) -> int:
        """Tokens in the first `steps` steps."""
        return tokens_of(self.batch, steps) if self.batch else 0


class Budgets:
    """Works budgets out on demand, once each."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._windows = Windows(tools.evaluator, tools.techniques, tools.report, tools.locked.assumes)
        self._done: dict[str, Budget | Mistake] = {}
        self._open: list[str] = []
        self._read: dict[str, Window] = {}

    def of(self, name: str) -> Budget:
        """The budget of a phase. Raises `Mistake`."""
        if name in self._open:
            raise mistake("value-cycle", f"how long `{name}` trains needs `{name}` itself", self._tools.graph.phases[name].span)
        if name not in self._done:
            self._open.append(name)
            try:
                self._done[name] = self._budget(self._tools.graph.phases[name])
            except Mistake as found:
                self._done[name] = found  # kept: every phase after this one asks again
            finally:
                self._open.pop()
        done = self._done[name]
        if isinstance(done, Mistake):
            raise done
        return done

    def _budget(self, draft: Draft) -> Budget:
        window = self._window(draft)
        asked, at = self._asked(draft)
        if asked.amount == 0 and asked.unit != "steps":
            raise mistake(
                "no-budget",
                f"`{draft.name}` trains on 0 {asked.unit}",
                at.span,
                help="a phase that trains nothing has `steps = 0`",
            )
        if not asked.amount:
            _check_none_happens(draft)
            self._check_ends(draft)
            return Budget(window, asked, None, 0)
        batch, events = self._batch(draft, asked, at, window.context.end)
        more = self._extension(draft, asked, batch)
        batch = longer(batch, more) if more else batch
        return Budget(window, asked, batch, sum(run.steps for run in batch.runs), events, more)

    def _extension(self, draft: Draft, asked: Asked, batch: Batch) -> Extension | None:
        found = self._tools.edges.extensions.get(draft.name)
        if found is None:
            return None
        failing, _ = found
        assert failing.amount is not None
        return extension_of(failing.amount, failing.times, asked, batch)

    def _check_ends(self, draft: Draft) -> None:
        if found := self._tools.edges.extensions.get(draft.name):
            raise mistake("cannot-extend", f"`{draft.name}` trains nothing, so it cannot train on", found[1])

    def _window(self, draft: Draft) -> Window:
        """The window of a phase, read once: a path's phases ask for one another's."""
        if draft.name not in self._read:
            before, written = self._tools.inherited.window_before(draft.name), self._tools.lookup(draft, "context")
            if written is not None or before.window is not None:
                self._read[draft.name] = self._windows.of(draft, written, before)
            elif before.node is not None and self._tools.locked.assumes:
                size = self._batch_window(draft) or ASSUMED_WINDOW
                self._read[draft.name] = Window(Context(None, size), before.in_force, assumed=True)
            else:
                raise self._tools.lookup.missing(draft, "no-context", f"`{draft.name}` has no window", "write `context = 4k`")
        return self._read[draft.name]

    def _batch_window(self, draft: Draft) -> int | None:
        """The window that the batch of a phase is written in; None where it is in tokens."""
        owned, written = self._tools.schedules.owned("batch", draft.name), self._tools.lookup(draft, "batch")
        if owned is not None:
            return window_of(owned.item.value, owned.scope, self._tools.evaluator)
        return window_of(written.value, written.scope, self._tools.evaluator) if written else None

    def _asked(self, draft: Draft) -> tuple[Asked, Written]:
        unit, written = self._tools.lookup.budget(draft)
        amount = self._tools.evaluator.number(cast(Any, written.value), written.scope)
        if unit == "steps":
            check_steps(amount, written)
        if amount.dimension not in (unit, "number"):
            others = ", ".join(f"`{other}`" for other in BUDGETS if other != unit)
            hint = f"write `{unit} = ...`, or name the other budget: {others}"
            if amount.dimension == "length":
                hint = f"`k` is 1024 and stands on windows: write `{float(amount.value / 1024):.15g}_000`"
            raise mistake("unit-mismatch", f"`{unit}` takes a number of {unit}, not {amount.noun}", written.span, help=hint)
        if amount.value < 0:
            raise mistake("unit-mismatch", f"`{unit}` cannot be negative", written.span)
        value = amount.value if unit == "epochs" else Fraction(_whole(amount, written, unit))
        return Asked(cast(Literal["tokens", "steps", "sequences", "epochs"], unit), value), written

    def _batch(self, draft: Draft, asked: Asked, at: Written, window: int) -> tuple[Batch, tuple[Expected, ...]]:
        """The batch with what every event is expected to make of it, and the events."""
        tokens = self._tokens(draft, asked, at)
        steps = int(asked.amount) if asked.unit == "steps" else None
        curve, span = self._drawn(draft, window, tokens, steps)
        batch = self._reached(curve, window, tokens, steps, span)
        events: list[Expected] = []
        origin = self._tools.graph.origins.get(draft.name)
        parent = origin.node if origin else None
        for when in draft.whens:
            event = expected(draft, when, asked, batch, self._tools.evaluator, self._tools.conditions.read, parent)
            check_order([*events, event])
            if "batch" in event.sets:
                self._tools.schedules.check_event("batch", draft.name, event.sets["batch"].span)
                event = self._grown(event, batch, tokens, steps)
                assert event.batch is not None
                curve = overlaid(curve, event.batch.pieces, event.at)
                batch = self._reached(curve, window, tokens, steps, event.sets["batch"].span)
            events.append(event)
        return batch, tuple(events)

    def _drawn(self, draft: Draft, window: int, tokens: Fraction | None, steps: int | None) -> tuple[Curve[Fraction], Span]:
        """Sequences a step along the phase, and where that is written."""
        written = self._tools.lookup(draft, "batch")
        owned = self._tools.schedules.owned("batch", draft.name)
        if owned is not None:
            self._tools.schedules.check_free("batch", draft.name, written)
            curves = [self._path.curve(owned.item, chain, draft.name, window, owned.scope) for chain in owned.chains]
            return self._tools.schedules.agreed("batch", draft.name, curves), owned.item.value.span
        ended = self._tools.inherited.window_before(draft.name).batch
        if written is None:
            hint = f"write `batch = {max(1, round(ended / window)) if ended else 16} x {shown(window)}`"
            raise self._tools.lookup.missing(draft, "missing-attribute", f"`{draft.name}` has no `batch`", hint)
        before = None if ended is None else Fraction(ended, window)
        return self._sizes(written, BatchAxis(window, self._tools.registry, tokens, steps, written.span), before), written.span

    @cached_property
    def _path(self) -> PathBatch:
        return PathBatch(
            self._tools,
            lambda name: self._plain(self._tools.graph.phases[name]),
            lambda name: self._window(self._tools.graph.phases[name]).context.end,
            self._passed,
        )

    def _plain(self, draft: Draft) -> Asked:
        """A budget in tokens or steps: sequences and epochs are as many tokens."""
        asked, at = self._asked(draft)
        tokens = self._tokens(draft, asked, at)
        return asked if tokens is None else Asked("tokens", tokens)

    def _passed(self, name: str, after: str) -> int:
        """What a path takes of a phase before it goes on with the phase `after`."""
        point = self._tools.inherited.point(after)
        budget = self.of(name)
        return budget.tokens_at(budget.own) if point is None else point

    def _grown(self, event: Expected, batch: Batch, tokens: Fraction | None, steps: int | None) -> Expected:
        """The event with what it makes of the batch."""
        made = steps_of(batch, event.at)
        size = sequences_of_step(batch, made - 1)
        written = event.sets["batch"]
        now = Fraction(size * batch.length)
        scope = scope_now(written.scope, {"batch": (now, "tokens")}, event.span)
        left = None if tokens is None else tokens - event.at
        axis = BatchAxis(batch.length, self._tools.registry, left, None if steps is None else steps - made, written.span)
        return replace(event, batch=self._sizes(Written(written.attribute, scope), axis, Fraction(size)))

    def _sizes(self, written: Written, axis: BatchAxis, before: Fraction | None) -> Curve[Fraction]:
        """Sequences a step along the tokens; `before` is where an arrow without a left side begins."""
        read = lambda expr, scope: self._sequences(expr, scope, axis.window)  # noqa: E731
        layer = Layer(Slot("batch", read, before), axis, written.scope, self._tools.evaluator, self._tools.techniques)
        pieces = layer.lay(written.value, 0, self._tools.report)
        over = 0 if axis.budget is None or pieces[-1].by is None else pieces[-1].end - axis.budget
        if over > axis.window * pieces[-1].stop:  # the last step is whole
            message = f"`batch` would land {round(over):,} tokens after the end: the arrow is cut"
            self._tools.report.note("arrow-cut", message, written.span)
        return Curve(pieces)

    def _sequences(self, expr: tree.Expr, scope: Scope, window: int) -> Fraction:
        size = sequences_of(expr, window, self._open[-1], scope, self._tools.evaluator)
        if size.denominator != 1:
            self._tools.report.add(rounded(size, window, expr.span))
        return size

    def _reached(self, curve: Curve[Fraction], window: int, tokens: Fraction | None, steps: int | None, span: Span) -> Batch:
        try:
            return batch_of(curve, window, self._tools.registry, tokens=tokens, steps=steps)
        except OverflowError as error:
            raise mistake("batch-moves-long", str(error), span, help="let it move over fewer tokens") from error

    def _tokens(self, draft: Draft, asked: Asked, at: Written) -> Fraction | None:
        if asked.unit == "steps":
            return None
        if asked.unit == "sequences":
            return asked.amount * self._window(draft).context.end
        return asked.amount if asked.unit == "tokens" else asked.amount * self._tools.declared.epoch(draft, at)


def _whole(amount: Quantity, written: Written, unit: str) -> int:
    """A budget that is written out is a whole number; one that is worked out (`10% * a.tokens`) is the next one."""
    return whole(amount, unit) if isinstance(written.value, tree.Number) else ceil(amount.value)


def _check_none_happens(draft: Draft) -> None:
    for when in draft.whens:
        message = f"`{draft.name}` trains nothing, so nothing can happen in it"
        if any(entry is when.item for entry in draft.item.body.entries):
            raise mistake("event-past-end", message, when.item.span, help="leave the event out, or give the phase a budget")
        labels = Label(draft.span, "copied here"), Label(when.item.span)
        raise mistake("event-past-end", message, *labels, help=f"write `when = none` in `{draft.family}`")
