"""How a phase trains, apart from what moves: its techniques, what of the model is trained, and what steps are fed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Literal, cast

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.attributes import TECHNIQUES, Lookup
from mtdsl.plan.axis import Axis
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.endings import Ending, first_of
from mtdsl.plan.evaluate import Evaluator, is_word
from mtdsl.plan.groups import Groups, Numbers
from mtdsl.plan.model import Curve, Group, Piece, Plugin
from mtdsl.plan.names import Scope
from mtdsl.plan.patterns import patterns, still
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.readings import Read
from mtdsl.plan.scheduled import Scheduled
from mtdsl.plan.schedules import Schedules
from mtdsl.registry import Registry

WORDS = {
    "positions": ("document", "window"),
    "eod_loss": ("masked", "learnt"),
    "coupling": ("none", "sqrt", "linear"),
}
Mask = Literal["document", "none"]
Positions = Literal["document", "window"]


@node
class Manners(Frozen):
    """Reads these attributes of one phase; `axis` is None where it trains nothing. Every method raises `Mistake`."""

    draft: Draft
    lookup: Lookup
    evaluator: Evaluator
    techniques: Techniques
    schedules: Schedules
    report: Report
    axis: Axis | None
    before: Ending
    registry: Registry

    def technique(self, name: str) -> Plugin:
        """`packing`, `optimizer` or `objective`: what is written, else the default. Its parameters may move."""
        kind, default = TECHNIQUES[name]
        written = self.lookup(self.draft, name)
        if written is None:
            made = self.techniques.default(kind, default, self.draft.span)
        else:
            made = self.techniques.bind(kind, _call(written.value), written.scope, around=self._around(name))
        if not self.schedules.parameters(name, self.draft.name):
            return made
        return self._scheduled().within(made, name, self._given(made, self.draft.get(name)))

    def _scheduled(self) -> Scheduled:
        trains = self.axis is not None
        return Scheduled(self.draft.name, trains, self.schedules, self.techniques, self.evaluator, self.registry)

    def optimizer(self, moving: Mapping[str, Curve[Fraction] | None]) -> Plugin:
        """The optimizer; a parameter that is a number of the phase too is what that number is at the first token.

        `moving` are the numbers that the phase sets (None: one that is wrong). One that both write is a mistake.
        """
        made, written = self.technique("optimizer"), self.lookup(self.draft, "optimizer")
        for name, span in self._given(made, written).items():
            if name in moving:
                message = f"`{self.draft.name}` sets `{name}`, and its optimizer sets it too"
                raise mistake("number-twice", message, *self._places(name, span), help=f"take it out of `{made.name}(...)`")
        return _told(made, self._firsts(moving))

    def groups(self, moving: Mapping[str, Curve[Fraction] | None]) -> tuple[Group, ...]:
        """The phase's groups; `moving` are the numbers that the phase sets, for those that set none of their own."""
        written = self.lookup(self.draft, "groups")
        firsts = self._firsts(moving)
        return () if written is None else Groups(self.evaluator, partial(self._of_group, firsts)).of(written)

    def _of_group(self, firsts: Numbers, written: Written, beside: Numbers) -> tuple[Plugin, Numbers]:
        """A group's optimizer, told the numbers `beside` it, and those that it sets itself."""
        made = self.techniques.bind("optimizer", still(written), written.scope, around=OnPhase(self, self.axis, None))
        given = self._given(made, written)
        for name, span in given.items():
            if name in beside:
                message = f"a group sets `{name}`, and its optimizer sets it too"
                raise mistake("number-twice", message, span, help=f"take it out of `{made.name}(...)`")
        others = {name: value for name, value in firsts.items() if name not in given}
        own = {name: value for name in given if isinstance(value := made.params[name], Fraction)}
        return _told(made, {**others, **beside}), own

    def _firsts(self, moving: Mapping[str, Curve[Fraction] | None]) -> Numbers:
        return {name: first_of(curve, self.registry) for name, curve in moving.items() if curve}

    def _given(self, made: Plugin, written: Written | None) -> dict[str, Span]:
        """The parameters that the recipe writes of an optimizer, and where."""
        if written is None:
            return {}
        call = self.evaluator.call(_call(written.value), written.scope)[0]
        first = {name: value.span for name, value in zip(made.params, call.args, strict=False)}
        return first | {item.name: item.name_span for item in call.named}

    def _places(self, name: str, span: Span) -> tuple[Span, ...]:
        written = self.lookup(self.draft, name)  # None: a schedule sets it
        return (span, written.attribute.name_span) if written else (span,)

    def mask(self) -> Mask:
        """Whether documents in a window see each other."""
        written = self.lookup.written(self.draft, "mask")
        if written is None:
            return "document"
        word = self.evaluator.word(written.value, written.scope, ("document", "none"), "mask")
        return cast(Mask, word)

    def positions(self, mask: Mask) -> Positions:
        """Where positions begin to count; left out, where what a token sees begins."""
        if self.lookup(self.draft, "positions") is None:
            return "document" if mask == "document" else "window"
        return cast(Positions, self.word("positions"))

    def word(self, name: str) -> str:
        """An attribute that is one of a closed list of words, the first of which it is where it is left out."""
        written = self.lookup(self.draft, name)
        return WORDS[name][0] if written is None else self.evaluator.word(written.value, written.scope, WORDS[name], name)

    def rewriting(self, fim: Curve[Fraction] | None) -> Plugin | None:
        """How the share `fim` of documents is rewritten; None where that is 0.

        Raises `Mistake` where a phase says itself how, and rewrites none.
        """
        written = self.lookup(self.draft, "fim_mode")
        if fim is not None and any(piece.start or piece.stop for piece in fim.pieces):
            return self.technique("fim_mode")
        if written is not None and any(entry is written.attribute for entry in self.draft.item.body.entries):
            message = f"`{self.draft.name}` says how middles are filled in, and moves none: its `fim` is 0"
            raise mistake("fim-mode-without-fim", message, written.span, help="write `fim = 10%`, or leave `fim_mode` out")
        return None

    def patterns(self, name: str) -> tuple[str, ...]:
        """`train` or `freeze`: patterns of parameters' names; none where all are trained, or none is frozen."""
        written = self.lookup(self.draft, name)
        if written is None or (name == "train" and is_word(written.value, "all")):
            return ()
        return patterns(written, self.evaluator, f"write `{name} = none` to unset it")

    def edits(self) -> tuple[Plugin, ...]:
        """What changes the architecture at the first step, in order."""
        written = self.lookup(self.draft, "edit")
        return () if written is None else tuple(self._edits(written))

    def _edits(self, written: Written) -> Iterator[Plugin]:
        value, scope = self.evaluator.resolve(still(written), written.scope)
        for part in value.items if isinstance(value, tree.Items) else (value,):
            yield self.techniques.bind("editor", _call(part), scope, around=self._around("edit"))

    def _around(self, attribute: str) -> OnPhase:
        return OnPhase(self, self.axis, self.before.techniques.get(attribute))


@node
class OnPhase(Frozen):
    """The surroundings of a technique that a phase trains with; `last` is the parent's, as its parameters had become."""

    manners: Manners
    axis: Axis | None
    last: Plugin | None

    def curve(self, name: str, value: tree.Value, scope: Scope, read: Read) -> Curve[Fraction]:
        """What a parameter does along the phase; one that trains nothing has what it comes to."""
        if self.axis is None:
            end = read(_last(value), scope)
            return Curve((Piece(Fraction(0), Fraction(0), end, end),))
        before = self.last.params.get(name) if self.last else None
        slot = Slot(name, read, Fraction(before) if isinstance(before, int | Fraction) else None)
        layer = Layer(slot, self.axis, scope, self.manners.evaluator, self.manners.techniques)
        return Curve(layer.lay(value, 0, self.manners.report))

    def stretch(self, length: Quantity) -> Fraction:
        """A length in tokens, counted from the phase's first."""
        if self.axis is None:
            raise mistake("plugin-argument", "a phase that trains nothing has no steps: write tokens", length.span)
        return self.axis.stretch(length, Fraction(0))

    def inside(self) -> OnPhase:
        """The same phase; what the parent's inner techniques had become is not gone on with."""
        return replace(self, last=None)


def _last(value: tree.Value) -> tree.Expr:
    """What a value that moves comes to."""
    if isinstance(value, tree.Items) and value.items:
        return _last(value.items[-1])
    if isinstance(value, tree.Move):
        return value.end
    return value.value if isinstance(value, tree.Hold | tree.Ruled) else value


def _told(made: Plugin, numbers: Numbers) -> Plugin:
    """A technique whose parameters are these numbers, where it has them."""
    return Plugin(made.name, {**made.params, **{name: value for name, value in numbers.items() if name in made.params}})


def _call(value: tree.Value) -> tree.Expr:
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-call", "the name of a technique is expected here, with its parameters", value.span)
    return value
