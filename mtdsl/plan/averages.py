"""Averaged weights: whether the phase that is asked for them keeps any."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.plan.drafts import Draft
from mtdsl.plan.model import Parent, Phase

AVERAGE = "ema"


def check_kept(parents: Iterable[Parent], drafts: Mapping[str, Draft], phase: Callable[[str], Phase], span: Span) -> None:
    """Raises `Mistake` where averaged weights are read of a node that keeps none up to there."""
    for parent in parents:
        if parent.weights != "ema":
            continue
        if parent.node not in drafts:
            raise mistake("ema-not-kept", f"`{parent.node}` trains nothing, so it has no averaged weights", span)
        if not _kept(phase(parent.node), parent.at):
            family = drafts[parent.node].family
            hint = f"write `{AVERAGE} = 0.999` in `{family}`"
            raise mistake("ema-not-kept", f"`{family}` keeps no running average of its weights", span, help=hint)


def _kept(phase: Phase, at: int | None) -> bool:
    curve = phase.scalars.get(AVERAGE)
    until = phase.tokens if at is None else at
    pieces = curve.pieces if curve else ()
    return any(value > 0 for piece in pieces if piece.begin < until for value in (piece.start, piece.stop))
