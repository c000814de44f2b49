"""What the curves of a phase say at a point: `p.lr.end`, `p.mix.start.web`, `p.batch.end.tokens`, `p.weight_decay.at(80%)`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang.units import Quantity
from mtdsl.plan.curves import in_force, shares_at
from mtdsl.plan.endings import blend_at, first_of, rate_at, value_at
from mtdsl.plan.holdings import held, quantity_of
from mtdsl.plan.learning import learnt
from mtdsl.plan.model import Blend, Curve, Phase, Source
from mtdsl.plan.names import unknown_name
from mtdsl.plan.sizes import Sizes
from mtdsl.plan.sources import undeclared
from mtdsl.plan.steps import sequences, step_at
from mtdsl.registry import Registry

Where = Literal["start", "end"] | int
"""The first value, the last, or that after so many tokens of the phase."""

POINTS = ("start", "end")


@node
class Reader(Frozen):
    """Reads curves: `sizes` where they are known, names of all `sources` that are declared, and those `named` in mixtures."""

    registry: Registry
    sizes: Sizes
    sources: tuple[str, ...]
    named: Mapping[str, Source]

    def read(self, phase: Phase, asked: tuple[str, ...], where: Where, span: Span) -> Quantity | None:
        """What is asked of a phase's curves; None where `asked` is no curve. Raises `Mistake` where it cannot be known."""
        match asked:
            case ("lr",):
                return Quantity(self._rate(phase, where, span), "rate", span)
            case ("batch", "sequences" | "tokens" as unit):
                size = Fraction(sequences(phase, self._step(phase, where)))
                length = phase.batch.length if phase.batch else 0
                return Quantity(size, "number", span) if unit == "sequences" else Quantity(size * length, "tokens", span)
            case ("mix", source):
                return Quantity(self._share(phase, source, where, span), "share", span)
        found = held(phase, asked)
        if found is None or not found.moves:
            return None
        if not isinstance(found.value, Curve):
            return quantity_of(found, span)
        return Quantity(self._scalar(found.value, phase, where), found.dimension, span)

    def _rate(self, phase: Phase, where: Where, span: Span) -> Fraction:
        if phase.lr is None:
            raise mistake("size-unknown", f"`{phase.name}` trains nothing, so it has no rate", span)
        if where == "start":
            return first_of(phase.lr, self.registry)
        return rate_at(phase, phase.tokens if where == "end" else where, self.registry) or Fraction(0)

    def _scalar(self, curve: Curve[Fraction], phase: Phase, where: Where) -> Fraction:
        if where == "start":
            return first_of(curve, self.registry)
        return value_at(curve, phase.tokens if where == "end" else where, self.registry)

    def _step(self, phase: Phase, where: Where) -> int:
        """The step that a point is about: the last one at the end, else the one that begins there."""
        step = phase.steps if where == "end" else 0 if where == "start" else step_at(phase, where)
        return max(0, min(step, phase.steps - 1))

    def _share(self, phase: Phase, source: str, where: Where, span: Span) -> Fraction:
        if source not in self.sources:
            raise unknown_name(source, span, list(self.sources), "source")
        if phase.mix is None:
            raise mistake("size-unknown", f"`{phase.name}` trains nothing, so it has no mixture", span)
        at = 0 if where == "start" else phase.tokens if where == "end" else where
        self._check_chosen(phase, source, where, span)
        piece = in_force(phase.mix, at)
        begins = where == "start" and piece.begin >= 0  # a schedule's may have begun in a phase before
        blend = piece.start if begins else blend_at(phase.mix, at, self.registry)
        return self._exact(blend, source) or self._ruled(phase, source, at, span)

    def _check_chosen(self, phase: Phase, source: str, where: Where, span: Span) -> None:
        mixer = learnt(phase.mix, self.registry).get(source)
        if mixer and where not in ("start", 0):
            message = f"`{mixer}` chooses the share of `{source}` while it runs, and a plan knows only what it begins with"
            raise mistake("size-unknown", message, span, help=f"ask for `{phase.name}.mix.start.{source}`")

    def _exact(self, blend: Blend | None, source: str) -> Fraction | None:
        return None if blend is None or blend.rules else blend.shares.get(source, Fraction(0))

    def _ruled(self, phase: Phase, source: str, at: int, span: Span) -> Fraction:
        assert phase.mix is not None
        try:
            shares = shares_at(phase.mix, at, self.sizes, self.registry)
        except KeyError as error:
            name = error.args[0]
            lacks, fact = ("number of documents", "documents") if name in self.sizes else ("size", "tokens")
            message = f"a rule chooses the share of `{source}`, and the {lacks} of {name!r} is not known"
            raise mistake("size-unknown", message, span, help=undeclared(self.named[name], fact)) from error
        return Fraction(repr(shares.get(source, 0.0)))
