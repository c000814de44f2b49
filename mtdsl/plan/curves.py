"""Reads a plan's curves: pure functions of the position, so that any plan can be drawn without running it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mtdsl.plan.model import Blend, Curve, Phase, Piece, Rule, V
from mtdsl.plan.steps import tokens_before
from mtdsl.registry import Progress, Registry, SourceFacts


def in_force(curve: Curve[V], tokens: Fraction | int) -> Piece[V]:
    """The piece that decides at `tokens`: the last one that has begun."""
    piece = curve.pieces[0]
    for later in curve.pieces[1:]:
        if later.begin > tokens:
            break
        piece = later
    return piece


def scalar_at(curve: Curve[Fraction], tokens: Fraction | int, registry: Registry) -> float:
    """The value at a position in tokens, warm-up left out."""
    piece = in_force(curve, tokens)
    start, stop = float(piece.start), float(piece.stop)
    return start + (stop - start) * _moved(piece, tokens, start, stop, registry)


def rate_of_step(phase: Phase, step: int, registry: Registry) -> float:
    """The learning rate of a step, counted from 0.

    The curve is read at the tokens before the step. Warm-up is read at the tokens after it, so that the first step is not
    lost to a rate of 0.
    """
    if phase.lr is None:
        return 0.0
    warmup = phase.lr.warmup
    if warmup is None or step >= warmup.steps:
        return scalar_at(phase.lr, tokens_before(phase, step), registry)
    start, stop = float(warmup.start), float(phase.lr.pieces[0].start)
    return start + (stop - start) * min(1.0, tokens_before(phase, step + 1) / warmup.tokens)


def shares_at(curve: Curve[Blend], tokens: Fraction | int, sizes: Mapping[str, int], registry: Registry) -> dict[str, float]:
    """The mixture at a position: shares of tokens by source, all above 0, sum 1.

    `sizes` are the sources' training tokens, which rules such as `natural` need; raises `KeyError` for one that is missing.
    """
    piece = in_force(curve, tokens)
    moved = _moved(piece, tokens, 0.0, 1.0, registry)
    start = weights(piece.start, sizes, registry) if moved < 1 else {}
    stop = weights(piece.stop, sizes, registry) if moved > 0 else {}
    mixed = {name: (1 - moved) * start.get(name, 0.0) + moved * stop.get(name, 0.0) for name in {**start, **stop}}
    return {name: share for name, share in mixed.items() if share > 0}


def stands_until(curve: Curve[V], tokens: Fraction | int) -> Fraction | None:
    """The position until which the value stays what it is at `tokens`: None to the end, `tokens` itself while it moves."""
    piece = in_force(curve, tokens)
    following = next((later.begin for later in curve.pieces if later.begin > tokens), None)
    return following if piece.by is None or tokens >= piece.end else Fraction(tokens)


def sources_of(curve: Curve[Blend]) -> tuple[str, ...]:
    """Every source that the curve gives a share at some time, in the order of first mention."""
    blends = (blend for piece in curve.pieces for blend in (piece.start, piece.stop))
    return tuple(dict.fromkeys(name for blend in blends for name in names_of(blend)))


def names_of(blend: Blend) -> tuple[str, ...]:
    """The sources of one blend."""
    fixed = (name for name, share in blend.shares.items() if share)
    ruled = (name for rule in blend.rules for name in rule.sources)
    return tuple(dict.fromkeys((*fixed, *ruled)))


def weights(blend: Blend, sizes: Mapping[str, int], registry: Registry) -> dict[str, float]:
    """Shares by source of a standing blend, its rules applied to the sources' sizes in tokens."""
    shares = {name: float(share) for name, share in blend.shares.items() if share}
    for rule in blend.rules:
        for name, share in _ruled(rule, sizes, registry).items():
            shares[name] = shares.get(name, 0.0) + share
    return shares


def _ruled(rule: Rule, sizes: Mapping[str, int], registry: Registry) -> dict[str, float]:
    mixer = registry.build("mixer", rule.mixer.name, rule.mixer.params)
    facts = [SourceFacts(name, sizes[name], None if share is None else float(share)) for name, share in rule.sources.items()]
    raw = mixer(facts)
    total = sum(raw)
    return {fact.name: float(rule.share) * weight / total for fact, weight in zip(facts, raw, strict=True)}


def _moved(piece: Piece[V], tokens: Fraction | int, start: float, stop: float, registry: Registry) -> float:
    if piece.by is None or tokens >= piece.end:
        return 1.0
    passed, length = float(tokens - piece.begin), float(piece.end - piece.begin)
    if passed <= 0:
        return 0.0
    shape = registry.build("scheduler", piece.by.name, piece.by.params)
    return float(shape(Progress(passed / length, passed, length, start, stop)))
