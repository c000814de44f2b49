"""How a phase trains, apart from what moves: its techniques, what of the model is trained, and what steps are fed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.attributes import Lookup
from mtdsl.plan.axis import Axis
from mtdsl.plan.drafts import Draft, Written
from mtdsl.plan.endings import Ending, first_of
from mtdsl.plan.evaluate import Evaluator, is_word
from mtdsl.plan.model import Curve, Piece, Plugin
from mtdsl.plan.names import Scope
from mtdsl.plan.pieces import Layer, Slot
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.readings import Read
from mtdsl.registry import Registry

DEFAULTS = {"packing": ("packer", "concat"), "optimizer": ("optimizer", "adamw"), "objective": ("objective", "next_token")}
WORDS = {
    "positions": ("document", "window"),
    "eod_loss": ("masked", "learnt"),
    "fim_mode": ("psm", "spm", "mixed"),
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
    report: Report
    axis: Axis | None
    before: Ending
    registry: Registry

    def technique(self, name: str) -> Plugin:
        """`packing`, `optimizer` or `objective`: what is written, else the default. Its parameters may move."""
        kind, default = DEFAULTS[name]
        written = self.lookup(self.draft, name)
        if written is None:
            return self.techniques.default(kind, default, self.draft.span)
        return self.techniques.bind(kind, _call(written.value), written.scope, around=self._around(name))

    def optimizer(self, moving: Mapping[str, Curve[Fraction] | None]) -> Plugin:
        """The optimizer; a parameter that is a number of the phase too is what that number is at the first token.

        `moving` are the numbers that the phase sets (None: one that is wrong). One that both write is a mistake.
        """
        made = self.technique("optimizer")
        for name, span in self._given(made).items():
            if name in moving:
                message = f"`{self.draft.name}` sets `{name}`, and its optimizer sets it too"
                raise mistake("number-twice", message, *self._places(name, span), help=f"take it out of `{made.name}(...)`")
        own = {name: first_of(curve, self.registry) for name, curve in moving.items() if curve and name in made.params}
        return Plugin(made.name, {**made.params, **own})

    def _given(self, made: Plugin) -> dict[str, Span]:
        """The parameters that the recipe writes of its optimizer, and where."""
        written = self.lookup(self.draft, "optimizer")
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

    def check_fim(self, fim: Curve[Fraction] | None) -> None:
        """Raises `Mistake` where a phase says itself in which mode it fills in middles, and fills in none."""
        written = self.lookup(self.draft, "fim_mode")
        own = written is not None and any(entry is written.attribute for entry in self.draft.item.body.entries)
        if written is not None and own and (fim is None or not any(piece.start or piece.stop for piece in fim.pieces)):
            message = f"`{self.draft.name}` says how middles are filled in, and moves none: its `fim` is 0"
            raise mistake("fim-mode-without-fim", message, written.span, help="write `fim = 10%`, or leave `fim_mode` out")

    def patterns(self, name: str) -> tuple[str, ...]:
        """`train` or `freeze`: patterns of parameters' names; none where all are trained, or none is frozen."""
        written = self.lookup(self.draft, name)
        if written is None or (name == "train" and is_word(written.value, "all")):
            return ()
        value = self.evaluator.resolve(_expr(written), written.scope)[0]
        parts = value.items if isinstance(value, tree.Items) else (value,)
        if not parts:
            raise mistake("empty-list", f"`{name}` has no patterns", written.span, help=f"write `{name} = none` to unset it")
        return tuple(_pattern(part, name) for part in parts)

    def edits(self) -> tuple[Plugin, ...]:
        """What changes the architecture at the first step, in order."""
        written = self.lookup(self.draft, "edit")
        return () if written is None else tuple(self._edits(written))

    def _edits(self, written: Written) -> Iterator[Plugin]:
        value, scope = self.evaluator.resolve(_expr(written), written.scope)
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


def _pattern(part: tree.Value, name: str) -> str:
    if isinstance(part, tree.String) and part.value:
        return part.value
    raise mistake("not-a-list", f"`{name}` takes patterns of names in quotes", part.span, help=f'write `{name} = ["*.norm.*"]`')


def _expr(written: Written) -> tree.Expr:
    value = written.value
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("stands-still", f"`{written.attribute.name}` stands still during a phase", value.span)
    return value


def _call(value: tree.Value) -> tree.Expr:
    if isinstance(value, tree.Hold | tree.Ruled | tree.Move):
        raise mistake("not-a-call", "the name of a technique is expected here, with its parameters", value.span)
    return value
