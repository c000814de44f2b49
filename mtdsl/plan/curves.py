"""Reads a plan's curves: pure functions of the position, so that any plan can be drawn without running it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, isfinite

from mtdsl.diag.mistake import mistake
from mtdsl.plan.model import Blend, Curve, Param, Phase, Piece, Plugin, Rule, V
from mtdsl.plan.shapes import Motion, ends_of, under_rule
from mtdsl.plan.sizes import Sizes, counts
from mtdsl.plan.steps import sequences, tokens_before, tokens_before_each
from mtdsl.registry import Registry, SourceFacts
from mtdsl.registry.strangers import Failed, ask

PARTS = 64
"""Midpoints that a mean is taken over."""


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
    return _scalars_of(curve, in_force(curve, tokens), (tokens,), registry)[0]


def scalars_at(curve: Curve[Fraction], positions: Sequence[Fraction | int], registry: Registry) -> list[float]:
    """The values at many rising positions in tokens, warm-up left out: a piece's scheduler is asked once for all of its own."""
    found: list[float] = []
    begins = [piece.begin for piece in curve.pieces[1:]]
    borders = [0, *(bisect_left(positions, begin) for begin in begins), len(positions)]
    for piece, (first, last) in zip(curve.pieces, pairwise(borders), strict=True):
        if first < last:
            found += _scalars_of(curve, piece, positions[first:last], registry)
    return found


def _scalars_of(
    curve: Curve[Fraction], piece: Piece[Fraction], positions: Sequence[Fraction | int], registry: Registry
) -> list[float]:
    """The values at positions where one piece is in force."""
    start, stop = ends_of(piece)
    if piece.by is None:
        return [stop] * len(positions)
    landed = len(positions) if under_rule(piece) else bisect_left(positions, piece.end)
    moved = motion_of(curve, piece, registry).at(positions[:landed])
    return [*(start + (stop - start) * part for part in moved), *[stop] * (len(positions) - landed)]


def rate_of_step(phase: Phase, step: int, registry: Registry) -> float:
    """The learning rate of a step, counted from 0."""
    return rates_of_steps(phase, (step,), registry)[0]


def rates_of_steps(phase: Phase, steps: Sequence[int], registry: Registry) -> list[float]:
    """The learning rates of many rising steps, counted from 0; 0 where the phase has none.

    The curve is read at the tokens before a step, a warm-up where it says.
    """
    if phase.lr is None:
        return [0.0] * len(steps)
    warm = 0 if phase.lr.warmup is None else bisect_left(steps, phase.lr.warmup.steps)
    rates = [_rising(phase, phase.lr, step) for step in steps[:warm]]
    rates += scalars_at(phase.lr, tokens_before_each(phase, steps[warm:]), registry)
    if phase.coupling == "none":
        return rates
    return [rate * coupled(phase, step) for rate, step in zip(rates, steps, strict=True)]


def _rising(phase: Phase, lr: Curve[Fraction], step: int) -> float:
    """The rate of a step of the warm-up."""
    assert lr.warmup is not None
    start, stop = float(lr.warmup.start), float(lr.pieces[0].start)
    at = tokens_before(phase, step + 1 if lr.warmup.read == "after" else step)
    return start + (stop - start) * min(1.0, at / lr.warmup.tokens)


def coupled(phase: Phase, step: int) -> float:
    """What the rate of a step is multiplied with, since it follows the batch: (tokens a step / those of the first)^p.

    p is 1 under `linear` (arXiv:1706.02677, section 2.1), 1/2 under `sqrt` (arXiv:1404.5997, page 5), 0 under `none`.
    """
    power = {"none": 0.0, "sqrt": 0.5, "linear": 1.0}[phase.coupling]
    return float((sequences(phase, step) / sequences(phase, 0)) ** power) if power else 1.0


def params_at(params: Mapping[str, Param], tokens: Fraction | int, registry: Registry) -> dict[str, Param]:
    """A technique's parameters at a position: of those that move, what they are there."""
    return {name: _param_at(value, tokens, registry) for name, value in params.items()}


def _param_at(value: Param, tokens: Fraction | int, registry: Registry) -> Param:
    if isinstance(value, Curve):
        piece = in_force(value, tokens)
        landed = piece.by is None or (tokens >= piece.end and not under_rule(piece))
        return piece.stop if landed else Fraction(repr(scalar_at(value, tokens, registry)))
    if isinstance(value, Plugin):
        return Plugin(value.name, params_at(value.params, tokens, registry))
    return value


def shares_at(curve: Curve[Blend], tokens: Fraction | int, sizes: Sizes, registry: Registry) -> dict[str, float]:
    """The mixture at a position: shares of tokens by source, all above 0, sum 1.

    `sizes` are those of the sources, which rules such as `natural` need; raises `KeyError` for one that is missing, or whose
    documents are not counted where a rule asks for them.
    """
    piece = in_force(curve, tokens)
    return _mixed(piece, _moved(curve, piece, tokens, registry), sizes, registry)


def mean_shares(curve: Curve[Blend], begin: Fraction, end: Fraction, sizes: Sizes, registry: Registry) -> dict[str, float]:
    """The mean mixture between two positions that no border of pieces lies between; `sizes` as in `shares_at`.

    Shares move in proportion to how far the piece has, whose mean is taken over `PARTS` midpoints: exact for what stands still
    and for straight lines.
    """
    piece = in_force(curve, begin)
    if piece.by is None or begin >= piece.end:
        return _mixed(piece, 1.0, sizes, registry)
    motion = motion_of(curve, piece, registry)
    first, length = float(begin), float(end - begin)
    passed = sum(motion.at([first + length * (2 * part + 1) / (2 * PARTS) for part in range(PARTS)])) / PARTS
    return _mixed(piece, passed, sizes, registry)


def _mixed(piece: Piece[Blend], passed: float, sizes: Sizes, registry: Registry) -> dict[str, float]:
    """The mixture where a piece has moved so far."""
    if passed == 1:
        return {name: share for name, share in weights(piece.stop, sizes, registry).items() if share > 0}
    start = weights(piece.start, sizes, registry) if passed < 1 else {}
    stop = weights(piece.stop, sizes, registry) if passed > 0 else {}
    mixed = {name: (1 - passed) * start.get(name, 0.0) + passed * stop.get(name, 0.0) for name in {**start, **stop}}
    return {name: share for name, share in mixed.items() if share > 0}


def stands_until(curve: Curve[V], tokens: Fraction | int, registry: Registry) -> Fraction | None:
    """The position until which the value stays what it is at `tokens`: None to the end, `tokens` itself while it moves."""
    piece = in_force(curve, tokens)
    following = next((later.begin for later in curve.pieces if later.begin > tokens), None)
    if piece.by is None or tokens >= piece.end:
        return following
    until = motion_of(curve, piece, registry).stands(tokens)
    return until if following is None else min(until, following)


def sources_of(curve: Curve[Blend]) -> tuple[str, ...]:
    """Every source that the curve gives a share at some time, in the order of first mention."""
    blends = {id(blend): blend for piece in curve.pieces for blend in (piece.start, piece.stop)}.values()
    return tuple(dict.fromkeys(name for blend in blends for name in names_of(blend)))


def names_of(blend: Blend) -> tuple[str, ...]:
    """The sources of one blend."""
    return tuple(dict.fromkeys([*blend.fixed, *(name for rule in blend.rules for name in rule.sources)]))


def weights(blend: Blend, sizes: Sizes, registry: Registry) -> dict[str, float]:
    """Shares by source of a standing blend, its rules applied to the sources' sizes in tokens."""
    shares = dict(blend.fixed)
    for rule in blend.rules:
        for name, share in _ruled(rule, sizes, registry).items():
            shares[name] = shares.get(name, 0.0) + share
    return shares


def _ruled(rule: Rule, sizes: Sizes, registry: Registry) -> dict[str, float]:
    if rule.turns:
        return _mean_turn(rule, sizes, registry)
    facts = facts_of(rule, sizes, registry)
    raw = _weighed(rule.mixer, facts, registry)
    total = sum(raw)
    return {fact.name: float(rule.share) * weight / total for fact, weight in zip(facts, raw, strict=True)}


def _mean_turn(rule: Rule, sizes: Sizes, registry: Registry) -> dict[str, float]:
    """The mean of all turns."""
    mean: dict[str, float] = {}
    for turn in rule.turns:
        for name, share in weights(turn.mix, sizes, registry).items():
            mean[name] = mean.get(name, 0.0) + float(rule.share * turn.share) * share
    return mean


def facts_of(rule: Rule, sizes: Sizes, registry: Registry) -> list[SourceFacts]:
    """What a rule's mixer is told of its sources, in order; `sizes` and errors as in `shares_at`."""
    known = {name: share for name, share in rule.sources.items() if share is not None}
    base = weights(Blend(known, rule.over), sizes, registry) if rule.over else known
    facts = [_facts(name, sizes, float(base[name]) if name in base else None) for name in rule.sources]
    if counts(rule, registry) and (uncounted := next((fact.name for fact in facts if fact.documents is None), None)):
        raise KeyError(uncounted)
    return facts


def _facts(name: str, sizes: Sizes, share: float | None) -> SourceFacts:
    return SourceFacts(name, sizes[name].tokens, share, sizes[name].documents)


def _weighed(mixer: Plugin, facts: list[SourceFacts], registry: Registry) -> list[float]:
    """What a mixer says. Raises `Mistake` where it fails, or where these are no weights."""
    try:
        raw = ask(lambda: [float(weight) for weight in registry.build("mixer", mixer.name, mixer.params)(facts)])
    except Failed as failed:
        said = failed.error if isinstance(failed.error, ValueError) else failed  # what it says of its sources, in its own words
        raise mistake("plugin-failed", f"the mixer `{mixer.name}` failed: {said}") from failed
    if len(raw) != len(facts) or not all(isfinite(weight) and weight >= 0 for weight in raw) or sum(raw) <= 0:
        raise mistake("plugin-failed", f"the mixer `{mixer.name}` gives {raw} where weights of {len(facts)} sources are needed")
    return raw


def _moved(curve: Curve[V], piece: Piece[V], tokens: Fraction | int, registry: Registry) -> float:
    if piece.by is None or (tokens >= piece.end and not under_rule(piece)):
        return 1.0
    return motion_of(curve, piece, registry)(tokens)


def motion_of(curve: Curve[V], piece: Piece[V], registry: Registry) -> Motion:
    """The motion of a piece of a curve that moves; the first one's begins behind the curve's warm-up."""
    assert piece.by is not None
    warmup = curve.warmup.tokens if curve.warmup and piece is curve.pieces[0] else 0
    return Motion(piece, registry.build("scheduler", piece.by.name, piece.by.params), warmup)


def moving(curve: Curve[Fraction], tokens: int, registry: Registry) -> tuple[Callable[[int], float], int]:
    """What a curve that moves at `tokens` is at a position, and the first position where something else decides."""
    piece = in_force(curve, tokens)
    motion = motion_of(curve, piece, registry)
    start, stop = ends_of(piece)
    ends = [piece.end, *(later.begin for later in curve.pieces if later.begin > tokens)]
    return lambda at: start + (stop - start) * motion(at), ceil(min(ends))
