"""The algebra of mixtures: sums, multiples, and one form for what is equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from mtdsl.plan.model import Blend, Rule

ONE = Fraction(1)


def total(blend: Blend) -> Fraction:
    """All of its shares; 1 for a whole mixture."""
    return summed([*blend.shares.values(), *(rule.share for rule in blend.rules)])


def summed(amounts: Sequence[Fraction]) -> Fraction:
    """Their sum: over one denominator, since adding one after another looks for a common one each time."""
    below = lcm(*[amount.denominator for amount in amounts])
    return Fraction(sum([amount.numerator * (below // amount.denominator) for amount in amounts]), below)


def scaled(blend: Blend, factor: Fraction) -> Blend:
    """Every share times `factor`."""
    if factor == ONE:
        return blend
    rules = tuple(replace(rule, share=rule.share * factor) for rule in blend.rules)
    return Blend({name: factor if share is ONE else share * factor for name, share in blend.shares.items()}, rules)


def added(*blends: Blend) -> Blend:
    """All shares together, in the order of first mention; what a rule chooses among stays apart."""
    shares: dict[str, Fraction] = {}
    for blend in blends:
        for name, share in blend.shares.items():
            shares[name] = shares[name] + share if name in shares else share
    return Blend(shares, tuple(rule for blend in blends for rule in blend.rules))


def without(blend: Blend, part: Blend) -> Blend:
    """What is left of a mixture when a part that was added to it is taken away."""
    return normal(added(blend, scaled(part, -ONE)))


def normal(blend: Blend) -> Blend:
    """The same mixture in the one form that a plan has: no share of nothing, and equal rules together."""
    rules: list[Rule] = []
    for rule in blend.rules:
        at = next((index for index, other in enumerate(rules) if _alike(other, rule)), None)
        if at is None:
            rules.append(rule)
        else:
            rules[at] = replace(rules[at], share=rules[at].share + rule.share)
    shares = {name: share for name, share in blend.shares.items() if share}
    return Blend(shares, tuple(rule for rule in rules if rule.share))


def _alike(one: Rule, other: Rule) -> bool:
    return (one.mixer, one.sources, one.over, one.turns) == (other.mixer, other.sources, other.over, other.turns)
