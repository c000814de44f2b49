"""How much of each source a plan takes: the integral of its share over the tokens of every phase."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from mtdsl.plan.curves import mean_shares, sources_of
from mtdsl.plan.learning import learnt
from mtdsl.plan.model import Blend, Curve, Phase, Plan, Rule
from mtdsl.plan.sizes import Sizes, declared, told
from mtdsl.plan.turns import parted
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
    mix = _fixed(phase.mix, sizes, registry) if unsized else phase.mix
    total: dict[str, float | None] = dict.fromkeys(sources_of(phase.mix), 0.0)
    tokens = phase.tokens if until is None else until
    bounds = sorted({Fraction(0), *(_inside(mix, tokens)), Fraction(tokens)})
    for begin, end in pairwise(bounds):
        for part, length in parted(phase, mix, begin, end, registry):
            for name, share in mean_shares(part, begin, end, sizes, registry).items():
                total[name] = (total[name] or 0.0) + share * length
    return total | dict.fromkeys(learnt(phase.mix, registry)) | dict.fromkeys(unsized)


def _unsized(curve: Curve[Blend], sizes: Sizes, registry: Registry) -> tuple[str, ...]:
    """The sources among which rules choose that some size is not known to."""

    def lacking(blend: Blend) -> Iterator[str]:
        for rule in blend.rules:
            if rule.turns:
                yield from (name for turn in rule.turns for name in lacking(turn.mix))
            elif not told(rule, sizes, registry):
                yield from rule.sources

    return tuple(name for piece in curve.pieces for blend in (piece.start, piece.stop) for name in lacking(blend))


def _fixed(curve: Curve[Blend], sizes: Sizes, registry: Registry) -> Curve[Blend]:
    """The mixture without what such rules choose: the other shares are known whatever those choose."""

    def kept(blend: Blend) -> Blend:
        rules = (rule for rule in blend.rules if rule.turns or told(rule, sizes, registry))
        return replace(blend, rules=tuple(map(turned, rules)))

    def turned(rule: Rule) -> Rule:
        return replace(rule, turns=tuple(replace(turn, mix=kept(turn.mix)) for turn in rule.turns))

    return replace(curve, pieces=tuple(replace(at, start=kept(at.start), stop=kept(at.stop)) for at in curve.pieces))


def _inside(curve: Curve[Blend], tokens: int) -> set[Fraction]:
    return {at for piece in curve.pieces for at in (piece.begin, piece.end) if 0 < at < tokens}
