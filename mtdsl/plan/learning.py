"""Mixtures under a rule that looks at the run: a plan knows their first weights, and promises no others."""

from __future__ import annotations

from mtdsl.plan.model import Blend, Curve, Rule
from mtdsl.registry import Learning, Registry


def learnt(curve: Curve[Blend] | None, registry: Registry) -> dict[str, str]:
    """Sources whose shares are chosen while it runs, each with the mixer that chooses; empty where none is."""
    blends = (blend for piece in (curve.pieces if curve else ()) for blend in (piece.start, piece.stop))
    return {name: mixer for blend in blends for name, mixer in chosen(blend, registry).items()}


def chosen(blend: Blend, registry: Registry) -> dict[str, str]:
    """As `learnt`, of one mixture."""
    rules = ((rule, _learns(rule, registry)) for rule in blend.rules)
    return {name: mixer for rule, mixer in rules if mixer for name in rule.sources}


def reason(curve: Curve[Blend], registry: Registry) -> str:
    """`chosen while it runs by odm`; empty where nothing learns."""
    mixers = dict.fromkeys(learnt(curve, registry).values())
    return f"chosen while it runs by {' and '.join(mixers)}" if mixers else ""


def _learns(rule: Rule, registry: Registry) -> str:
    """The mixer that looks at the run, this rule's or one that it stands over; empty where none does."""
    if isinstance(registry.build("mixer", rule.mixer.name, rule.mixer.params), Learning):
        return rule.mixer.name
    return next(filter(None, (_learns(under, registry) for under in rule.over)), "")
