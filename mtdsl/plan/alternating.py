"""Reads mixtures whose steps take turns: `alternate(a, b)`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.plan.blending import ONE
from mtdsl.plan.curves import names_of
from mtdsl.plan.model import Blend, Plugin, Rule, Turn
from mtdsl.plan.plugins import Techniques


def taking_turns(mixer: Plugin, mixes: Sequence[Blend], techniques: Techniques, span: Span) -> Blend:
    """The mixture whose steps take turns among `mixes`.

    Raises `Mistake` where one of them takes turns itself, or where the mixer gives no order of them.
    """
    if inner := next((rule.mixer.name for mix in mixes for rule in mix.rules if rule.turns), None):
        hint = "name all mixtures in one call, with the share of each"
        raise mistake("not-a-mix", f"`{inner}` takes turns itself, so it cannot be a turn of `{mixer.name}`", span, help=hint)
    order = techniques.ask("mixer", mixer, lambda made: list(made.turns(len(mixes))), span)
    if {*order} != {*range(len(mixes))}:
        wanted = f"an order of {len(mixes)} turns, each of which comes"
        raise mistake("plugin-failed", f"the mixer `{mixer.name}` gives {order[:9]} where {wanted}, is needed", span)
    turns = tuple(Turn(Fraction(order.count(at), len(order)), mix) for at, mix in enumerate(mixes))
    sources = dict.fromkeys(name for mix in mixes for name in names_of(mix))
    return Blend(rules=(Rule(ONE, mixer, sources, turns=turns),))


def check_weighs(mixer: Plugin, base: Blend, techniques: Techniques, span: Span) -> None:
    """Raises `Mistake` where a mixer behind `by` takes turns, or weighs what does."""
    if techniques.has("mixer", mixer.name, "turns", span):
        hint = f"name the mixtures that take turns: `{mixer.name}(a, b)`"
        raise mistake("not-a-mix", f"`{mixer.name}` weighs no mixture", span, help=hint)
    if inner := next((rule.mixer.name for rule in base.rules if rule.turns), None):
        hint = f"put the mixtures of `{inner}` under the rule, each for itself"
        raise mistake("not-a-mix", f"under `{mixer.name}` the steps would not take the turns of `{inner}`", span, help=hint)
