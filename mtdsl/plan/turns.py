"""Mixtures whose steps take turns: each step draws wholly from one of them, in an order that a mixer gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from mtdsl.plan.blending import added, scaled
from mtdsl.plan.model import Blend, Curve, Phase, Rule
from mtdsl.plan.steps import steps_of, tokens_before
from mtdsl.registry import Registry


def turning(curve: Curve[Blend] | None) -> list[Rule]:
    """The rules of a curve whose steps take turns, each once."""
    blends = (blend for piece in (curve.pieces if curve else ()) for blend in (piece.start, piece.stop))
    found: list[Rule] = []
    for rule in (rule for blend in blends for rule in blend.rules if rule.turns):
        found += [] if any(_alike(rule, other) for other in found) else [rule]
    return found


def advanced(curve: Curve[Blend], steps: int, registry: Registry) -> tuple[Rule, ...]:
    """The rules of a phase whose steps take turns, with the place of the order that they have after `steps` steps."""
    return tuple(replace(rule, turn=(rule.turn + steps) % len(_order(rule, registry))) for rule in turning(curve))


def going_on(curve: Curve[Blend], before: Sequence[Rule]) -> Curve[Blend]:
    """A phase's mixture, in which rules whose steps took turns `before` go on there; the others begin with the first turn."""
    if not turning(curve):
        return curve
    pieces = (replace(piece, start=_begun(piece.start, before), stop=_begun(piece.stop, before)) for piece in curve.pieces)
    return replace(curve, pieces=tuple(pieces))


def at_step(curve: Curve[Blend], step: int, registry: Registry) -> Curve[Blend]:
    """A phase's mixture as a step draws from it: with the turn that it is in place of each rule that takes turns."""
    if not turning(curve):
        return curve
    pieces = (
        replace(piece, start=_turned(piece.start, step, registry), stop=_turned(piece.stop, step, registry))
        for piece in curve.pieces
    )
    return replace(curve, pieces=tuple(pieces))


def parted(
    phase: Phase, curve: Curve[Blend], begin: Fraction, end: Fraction, registry: Registry
) -> Iterator[tuple[Curve[Blend], float]]:
    """Each mixture that steps draw from between two positions of a phase, and how many of the tokens there are its own.

    `curve` is the phase's mixture or a part of it. Where nothing takes turns, these are all tokens in between.
    """
    orders = [(_order(rule, registry), rule.turn) for rule in turning(curve)]
    if not orders or phase.batch is None:
        yield curve, float(end - begin)
        return
    period, found = lcm(*(len(order) for order, _ in orders)), dict[tuple[int, ...], tuple[int, Fraction]]()

    def add(step: int, tokens: Fraction) -> None:
        key = tuple(order[(turn + step) % len(order)] for order, turn in orders)
        example, before = found.get(key, (step, Fraction(0)))
        found[key] = example, before + tokens

    first, last = steps_of(phase.batch, int(begin)), steps_of(phase.batch, int(end))
    for start, stop, sequences in _runs(phase, first, last):
        whole, rest = divmod(stop - start, period)
        for step in range(start, min(stop, start + period)):
            add(step, Fraction((whole + (step - start < rest)) * sequences * phase.batch.length))
    add(first, tokens_before(phase, first) - begin)
    add(last, end - tokens_before(phase, last))
    for step, tokens in found.values():
        yield at_step(curve, step, registry), float(tokens)


def _runs(phase: Phase, first: int, last: int) -> Iterator[tuple[int, int, int]]:
    """The steps from `first` up to `last` as (from, up to, sequences of each)."""
    runs, begin = phase.batch.runs if phase.batch else (), 0
    for at, run in enumerate(runs):
        end = last if at == len(runs) - 1 else min(begin + run.steps, last)
        if max(begin, first) < end:
            yield max(begin, first), end, run.sequences
        begin += run.steps


def _order(rule: Rule, registry: Registry) -> Sequence[int]:
    order: Sequence[int] = registry.build("mixer", rule.mixer.name, rule.mixer.params).turns(len(rule.turns))
    return order


def _turned(blend: Blend, step: int, registry: Registry) -> Blend:
    rest, mixes = [], []
    for rule in blend.rules:
        if rule.turns:
            order = _order(rule, registry)
            mixes.append(scaled(rule.turns[order[(rule.turn + step) % len(order)]].mix, rule.share))
        else:
            rest.append(rule)
    return added(Blend(blend.shares, tuple(rest)), *mixes)


def _begun(blend: Blend, before: Sequence[Rule]) -> Blend:
    rules = (replace(rule, turn=next((one.turn for one in before if _alike(one, rule)), 0)) for rule in blend.rules)
    return replace(blend, rules=tuple(rules))


def _alike(one: Rule, other: Rule) -> bool:
    """Whether two take the same turns, whatever part of the mixture they have."""
    return (one.mixer, one.turns) == (other.mixer, other.turns)
