"""Mixtures as several lints look at them: where they stand, and how much of each source a phase takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from mtdsl.plan.curves import weights
from mtdsl.registry import installed
from mtdsl_lints.chain import once, pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Blend, Phase, Plan

Shares = Mapping[str, Fraction]


def changes(plan: Plan) -> Iterator[tuple[Phase, Shares, Phase, Shares]]:
    """Phases that train after each other on mixtures that end otherwise, with their last shares; none that a rule chooses."""
    for before, phase in pairs(plan):
        if before.mix is None or phase.mix is None:
            continue
        old, new = before.mix.pieces[-1].stop, phase.mix.pieces[-1].stop
        if not old.rules and not new.rules and old.shares != new.shares:
            yield before, old.shares, phase, new.shares


@once
def taken(plan: Plan) -> dict[str, dict[str, float]]:
    """Tokens of each source that each phase takes; a moving share counts as the mean of its ends.

    What a rule chooses among sources of which one has no known size is left out.
    """
    sizes = {source.name: int(source.tokens.value) for source in plan.sources if source.tokens.value}
    return {phase.name: _taken(phase, sizes) for phase in plan.phases if phase.mix is not None}


def _taken(phase: Phase, sizes: Mapping[str, int]) -> dict[str, float]:
    total: dict[str, float] = {}
    for blend, tokens in _stretches(phase):
        for name, share in _shares(blend, sizes).items():
            total[name] = total.get(name, 0.0) + share * tokens
    return total


def _stretches(phase: Phase) -> Iterator[tuple[Blend, float]]:
    """Blends of a phase, each with the tokens for which it counts."""
    pieces = phase.mix.pieces if phase.mix else ()
    begins = [max(float(piece.begin), 0.0) for piece in pieces]
    for piece, begin, until in zip(pieces, begins, [*begins[1:], float(phase.tokens)], strict=True):
        landed = begin if piece.by is None else min(max(float(piece.end), begin), until)
        if landed > begin:
            yield from ((blend, (landed - begin) / 2) for blend in (piece.start, piece.stop))
        if until > landed:
            yield piece.stop, until - landed


def _shares(blend: Blend, sizes: Mapping[str, int]) -> Mapping[str, float]:
    if all(name in sizes for rule in blend.rules for name in rule.sources):
        return weights(blend, sizes, installed())
    return {name: float(share) for name, share in blend.shares.items() if share}
