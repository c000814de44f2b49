"""Mixtures as several lints look at them: where they stand, and how much of each source a phase takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mtdsl.plan.curves import weights
from mtdsl.plan.learning import chosen
from mtdsl.plan.sizes import Sizes, declared, lacking
from mtdsl.registry import installed
from mtdsl_lints.chain import once, pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Blend, Phase, Plan

Shares = Mapping[str, float]


def changes(plan: Plan) -> Iterator[tuple[Phase, Shares, Phase, Shares]]:
    """Phases that train after each other on mixtures that end otherwise, with their last shares; none that a rule chooses."""
    last = _last(plan)
    for before, phase in pairs(plan):
        old, new = last.get(before.name), last.get(phase.name)
        if old is not None and new is not None and old != new:
            yield before, old, phase, new


@once
def taken(plan: Plan) -> dict[str, dict[str, float]]:
    """Tokens of each source that each phase takes; a moving share counts as the mean of its ends.

    What a rule chooses among sources of which one has no known size is left out.
    """
    of = _Shares({name: size for name, size in declared(plan).items() if size.tokens})
    return {phase.name: _taken(phase, of) for phase in plan.phases if phase.mix is not None}


@once
def _last(plan: Plan) -> dict[str, Shares]:
    """The shares that each phase ends with, where no rule chooses them."""
    of, found = _Shares({}), {}
    for phase in plan.phases:
        blend = phase.mix.pieces[-1].stop if phase.mix else None
        if blend is not None and not blend.rules:
            found[phase.name] = of(blend)
    return found


class _Shares:
    """Shares as floats. A mixture that many phases use is made of the same fractions, and is converted once."""

    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._known: dict[tuple[tuple[str, ...], tuple[int, ...]], Shares] = {}

    def __call__(self, blend: Blend) -> Shares:
        """The shares of a blend; those that its rules choose only where all sizes they are told of are known,
        and no rule looks at the run.
        """
        if blend.rules and not lacking(blend, self._sizes, installed()):
            known, learnt = weights(blend, self._sizes, installed()), chosen(blend, installed())
            return {name: share for name, share in known.items() if name not in learnt}
        key = tuple(blend.shares), tuple(map(id, blend.shares.values()))
        if key not in self._known:
            self._known[key] = {name: float(share) for name, share in blend.shares.items()}
        return self._known[key]


def _taken(phase: Phase, of: _Shares) -> dict[str, float]:
    total: dict[str, float] = {}
    for blend, tokens in _stretches(phase):
        taken = {name: share * tokens for name, share in of(blend).items()}
        total = {name: total.get(name, 0.0) + taken.get(name, 0.0) for name in {**total, **taken}} if total else taken
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
