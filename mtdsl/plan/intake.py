"""How much of each source a plan takes: the integral of its share over the tokens of every phase."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from mtdsl.plan.curves import mean_shares, sources_of
from mtdsl.plan.learning import learnt
from mtdsl.plan.model import Blend, Curve, Phase, Plan
from mtdsl.plan.sizes import Sizes, declared, unknown
from mtdsl.registry import Registry


def intake(plan: Plan, registry: Registry) -> dict[str, float | None]:
    """Tokens by source over all phases; None where a rule decides that looks at the run, or needs a size nobody knows."""
    sizes = declared(plan)
    total: dict[str, float | None] = {source.name: 0.0 for source in plan.sources}
    for phase in plan.phases:
        for name, tokens in phase_intake(phase, sizes, registry).items():
            before = total[name]
            total[name] = None if tokens is None or before is None else before + tokens
    return total


def phase_intake(phase: Phase, sizes: Sizes, registry: Registry, until: int | None = None) -> dict[str, float | None]:
    """Tokens by source in one phase, or in its tokens before `until`; None for those whose shares are chosen while it runs."""
    if phase.mix is None:
        return {}
    unsized = _unsized(phase.mix, sizes, registry)
    mix = _fixed(phase.mix) if unsized else phase.mix
    total: dict[str, float | None] = dict.fromkeys(sources_of(phase.mix), 0.0)
    tokens = phase.tokens if until is None else until
    bounds = sorted({Fraction(0), *(_inside(mix, tokens)), Fraction(tokens)})
    for begin, end in pairwise(bounds):
        length = float(end - begin)
        for name, share in mean_shares(mix, begin, end, sizes, registry).items():
            total[name] = (total[name] or 0.0) + share * length
    return total | dict.fromkeys(learnt(phase.mix, registry)) | dict.fromkeys(unsized)


def _unsized(curve: Curve[Blend], sizes: Sizes, registry: Registry) -> tuple[str, ...]:
    """The sources among which rules choose that some size is not known to; none where all are."""
    if not unknown(curve, sizes, registry):
        return ()
    blends = (blend for piece in curve.pieces for blend in (piece.start, piece.stop))
    return tuple(name for blend in blends for rule in blend.rules for name in rule.sources)


def _fixed(curve: Curve[Blend]) -> Curve[Blend]:
    """The mixture without what rules choose: the shares that are written are known whatever those choose."""
    pieces = tuple(replace(piece, start=Blend(piece.start.shares), stop=Blend(piece.stop.shares)) for piece in curve.pieces)
    return replace(curve, pieces=pieces)


def _inside(curve: Curve[Blend], tokens: int) -> set[Fraction]:
    return {at for piece in curve.pieces for at in (piece.begin, piece.end) if 0 < at < tokens}
