"""How much of each source a plan takes: the integral of its share over the tokens of every phase."""

from __future__ import annotations

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


def phase_intake(phase: Phase, sizes: Sizes, registry: Registry) -> dict[str, float | None]:
    """Tokens by source in one phase; None for those whose shares are chosen while it runs."""
    if phase.mix is None:
        return {}
    names = sources_of(phase.mix)
    if unknown(phase.mix, sizes, registry):
        return dict.fromkeys(names)
    total: dict[str, float | None] = dict.fromkeys(names, 0.0)
    bounds = sorted({Fraction(0), *(_inside(phase.mix, phase.tokens)), Fraction(phase.tokens)})
    for begin, end in pairwise(bounds):
        tokens = float(end - begin)
        for name, share in mean_shares(phase.mix, begin, end, sizes, registry).items():
            total[name] = (total[name] or 0.0) + share * tokens
    return total | dict.fromkeys(learnt(phase.mix, registry))


def _inside(curve: Curve[Blend], tokens: int) -> set[Fraction]:
    return {at for piece in curve.pieces for at in (piece.begin, piece.end) if 0 < at < tokens}
