"""Mixtures under a rule that looks at the run: a plan knows their first weights, and promises no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mtdsl.plan.model import Blend, Curve, Rule
from mtdsl.registry import NEEDS, Asking, Learning, Registry


def learnt(curve: Curve[Blend] | None, registry: Registry) -> dict[str, str]:
    """Sources whose shares are chosen while it runs, each with the mixer that chooses; empty where none is."""
    blends = (blend for piece in (curve.pieces if curve else ()) for blend in (piece.start, piece.stop))
    return {name: mixer for blend in blends for name, mixer in chosen(blend, registry).items()}


def chosen(blend: Blend, registry: Registry) -> dict[str, str]:
    """As `learnt`, of one mixture."""
    found: dict[str, str] = {}
    for rule in blend.rules:
        for turn in rule.turns:
            found |= chosen(turn.mix, registry)
        if not rule.turns and (mixer := _learns(rule, registry)):
            found |= dict.fromkeys(rule.sources, mixer)
    return found


def needed(curve: Curve[Blend] | None, registry: Registry) -> dict[str, str]:
    """What a run must measure beside the losses of its steps, in words, each with the mixer that asks for it first."""
    found: dict[str, str] = {}
    for rule in learning(curve, registry):
        mixer = registry.build("mixer", rule.mixer.name, rule.mixer.params)
        for need in sorted(mixer.needs) if isinstance(mixer, Asking) else ():
            found.setdefault(NEEDS[need], rule.mixer.name)
    return found


def reason(curve: Curve[Blend], registry: Registry) -> str:
    """`chosen while it runs by odm`, and what must be measured for it; empty where nothing learns."""
    mixers = dict.fromkeys(learnt(curve, registry).values())
    said = f"chosen while it runs by {' and '.join(mixers)}" if mixers else ""
    needs = needed(curve, registry)
    return said + (f", from {' and '.join(needs)}" if needs else "")


def learning(curve: Curve[Blend] | None, registry: Registry) -> list[Rule]:
    """The rules that look at the run, each once, at any depth: those that stand over others first."""
    found: list[Rule] = []
    blends = (blend for piece in (curve.pieces if curve else ()) for blend in (piece.start, piece.stop))
    for rule in (rule for blend in blends for rule in _under(blend.rules, registry)):
        found += [] if rule in found else [rule]
    return found


def _under(rules: Iterable[Rule], registry: Registry) -> Iterator[Rule]:
    for rule in rules:
        if isinstance(registry.build("mixer", rule.mixer.name, rule.mixer.params), Learning):
            yield rule
        yield from _under((*rule.over, *(inner for turn in rule.turns for inner in turn.mix.rules)), registry)


def _learns(rule: Rule, registry: Registry) -> str:
    """The mixer that looks at the run, this rule's or one that it stands over; empty where none does."""
    return next((one.mixer.name for one in _under((rule,), registry)), "")
