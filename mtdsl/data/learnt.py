"""A mixture whose rules look at the run: what they have learnt, and the shares that follow from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from hashlib import blake2b
from math import isfinite
from typing import TypeVar

from mtdsl.diag import refuse
from mtdsl.plan.codec import encode
from mtdsl.plan.curves import facts_of
from mtdsl.plan.learning import learning
from mtdsl.plan.model import Blend, Curve, Rule
from mtdsl.plan.sizes import Sizes
from mtdsl.registry import Feedback, Learning, Registry, State
from mtdsl.registry.strangers import Failed, ask

Shares = Mapping[str, Fraction | None]
T = TypeVar("T")


class Learnt:
    """The rules of `mix` that look at the run, each with its state: one it had before, or a first one.

    `before` holds states by `key_of` their rules. A rule is the same where mixer, parameters and sources are: it goes on with
    what it has learnt wherever the data does.
    """

    def __init__(self, mix: Curve[Blend], sizes: Sizes, registry: Registry, before: Mapping[str, State]) -> None:
        self._mix, self._sizes, self._registry = mix, sizes, registry
        self._rules = {key_of(rule): rule for rule in learning(mix, registry)}
        self._states = {key: before[key] if key in before else self._first(rule) for key, rule in self._rules.items()}

    @property
    def learns(self) -> bool:
        """Whether there is such a rule at all."""
        return bool(self._rules)

    def mixture(self) -> Curve[Blend]:
        """The mixture with the next step's weights in place of these rules. Raises a `Refusal` where a mixer gives none."""
        fixed = {key: self._weights(key, rule) for key, rule in self._rules.items()}
        pieces = (
            replace(piece, start=_settled(piece.start, fixed), stop=_settled(piece.stop, fixed)) for piece in self._mix.pieces
        )
        return Curve(tuple(pieces))

    def observe(self, feedback: Feedback) -> None:
        """Tell each rule what a step found of its sources; one of which it read none is told nothing."""
        for key, rule in self._rules.items():
            losses = {name: loss for name, loss in feedback.losses.items() if name in rule.sources}
            if losses:
                tokens = {name: count for name, count in feedback.tokens.items() if name in rule.sources}
                told = replace(feedback, losses=losses, tokens=tokens)
                self._states[key] = self._asked(rule, partial(self._mixer(rule).observe, self._states[key], told))

    def states(self) -> dict[str, State]:
        """What each rule has learnt, as JSON, by `key_of` the rule."""
        return dict(self._states)

    def _first(self, rule: Rule) -> State:
        return self._asked(rule, partial(self._mixer(rule).begin, facts_of(rule, self._sizes, self._registry)))

    def _weights(self, key: str, rule: Rule) -> dict[str, Fraction]:
        found = [float(one) for one in self._asked(rule, partial(self._mixer(rule).weights, self._states[key]))]
        if len(found) != len(rule.sources) or not all(isfinite(one) and one >= 0 for one in found) or sum(found) <= 0:
            wanted = f"weights of {len(rule.sources)} sources"
            raise refuse("plugin-failed", f"the mixer `{rule.mixer.name}` gives {found} where {wanted} are needed")
        whole = sum(map(Fraction, found))
        return {name: Fraction(one) / whole for name, one in zip(rule.sources, found, strict=True)}

    def _mixer(self, rule: Rule) -> Learning:
        made: Learning = self._registry.build("mixer", rule.mixer.name, rule.mixer.params)
        return made

    def _asked(self, rule: Rule, question: Callable[[], T]) -> T:
        try:
            return ask(question)
        except Failed as failed:
            raise refuse("plugin-failed", f"the mixer `{rule.mixer.name}` failed: {failed}") from failed


def key_of(rule: Rule) -> str:
    """What a rule's state is kept by; no source has such a name."""
    said = json.dumps(encode(replace(rule, share=Fraction(1))), sort_keys=True)
    return f"by {rule.mixer.name} {blake2b(said.encode(), digest_size=8).hexdigest()}"


def _settled(blend: Blend, fixed: Mapping[str, Mapping[str, Fraction]]) -> Blend:
    """The mixture with what `fixed` says of its rules in place of them."""
    shares, rules = _replaced(blend.shares, blend.rules, fixed)
    return Blend({name: share for name, share in shares.items() if share is not None}, rules)


def _replaced(
    shares: Shares, rules: Sequence[Rule], fixed: Mapping[str, Mapping[str, Fraction]]
) -> tuple[dict[str, Fraction | None], tuple[Rule, ...]]:
    found, kept = dict(shares), []
    for rule in rules:
        if (weights := fixed.get(key_of(rule))) is not None:
            found |= {name: (found.get(name) or 0) + rule.share * weight for name, weight in weights.items()}
        else:
            sources, over = _replaced(rule.sources, rule.over, fixed)
            turns = tuple(replace(turn, mix=_settled(turn.mix, fixed)) for turn in rule.turns)
            kept.append(replace(rule, sources=sources, over=over, turns=turns))
    return found, tuple(kept)
