"""Tells mixers that count epochs how many tokens they choose the sources of, once a phase's are known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mtdsl.plan.model import Blend, Curve, Event, Rule
from mtdsl.registry import Budgeted, Registry


def allotted(curve: Curve[Blend], tokens: int, registry: Registry) -> Curve[Blend]:
    """A phase's mixture, each rule that nobody told its budget told its share of the phase's `tokens`.

    A rule that is in force for a part of the phase only is told of the whole: it then keeps sources below their caps.
    """
    if not any(blend.rules for piece in curve.pieces for blend in (piece.start, piece.stop)):
        return curve
    done = {id(blend): _told(blend, tokens, registry) for piece in curve.pieces for blend in (piece.start, piece.stop)}
    return replace(
        curve,
        pieces=tuple(replace(piece, start=done[id(piece.start)], stop=done[id(piece.stop)]) for piece in curve.pieces),
    )


def allotted_events(events: tuple[Event, ...], tokens: int, registry: Registry) -> tuple[Event, ...]:
    """As `allotted`, of the mixtures that events bring."""
    return tuple(replace(one, mix=allotted(one.mix, tokens, registry)) if one.mix else one for one in events)


def _told(blend: Blend, tokens: int | Fraction, registry: Registry) -> Blend:
    if not blend.rules:
        return blend
    return replace(blend, rules=tuple(_rule(rule, rule.share * tokens, registry) for rule in blend.rules))


def _rule(rule: Rule, tokens: Fraction, registry: Registry) -> Rule:
    """The rule, those that it stands over, which say what all of its tokens would be, and those of its turns."""
    mixer = rule.mixer
    if isinstance(registry.build("mixer", mixer.name, mixer.params), Budgeted) and mixer.params["budget"] is None:
        mixer = replace(mixer, params={**mixer.params, "budget": Fraction(round(tokens))})
    over = tuple(_rule(under, tokens * under.share, registry) for under in rule.over)
    turns = tuple(replace(turn, mix=_told(turn.mix, tokens * turn.share, registry)) for turn in rule.turns)
    return replace(rule, mixer=mixer, over=over, turns=turns)
