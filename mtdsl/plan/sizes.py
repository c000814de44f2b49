"""How large sources are, as the rules that choose among them are told."""

from __future__ import annotations

from collections.abc import Mapping

from mtdsl.frozen import Frozen, node
from mtdsl.plan.model import Blend, Curve, Plan, Rule, Source
from mtdsl.registry import Counting, Registry


@node
class Size(Frozen):
    """One epoch of a source: its tokens, and its documents where they are known, each as often as it is read."""

    tokens: int
    documents: float | None = None


Sizes = Mapping[str, Size]
"""Sizes by source; one whose tokens nobody knows is missing."""


def size_of(source: Source) -> Size | None:
    """One epoch of a source, repeats included; None where its tokens are not known."""
    if source.epoch is None:
        return None
    documents = source.documents.value
    return Size(source.epoch, None if documents is None else float(documents * source.repeat))


def declared(plan: Plan) -> dict[str, Size]:
    """The sizes of a plan's sources where they are known."""
    return {source.name: size for source in plan.sources if (size := size_of(source)) is not None}


def unknown(curve: Curve[Blend], sizes: Sizes, registry: Registry) -> bool:
    """Whether a rule in the mixture is told of a size that is not known; whether it looks at it, only the rule knows."""
    blends = (blend for piece in curve.pieces for blend in (piece.start, piece.stop))
    return any(lacking(blend, sizes, registry) for blend in blends)


def lacking(blend: Blend, sizes: Sizes, registry: Registry) -> bool:
    """As `unknown`, of one mixture."""
    return any(not told(rule, sizes, registry) for rule in blend.rules)


def counts(rule: Rule, registry: Registry) -> bool:
    """Whether the rule's mixer needs to know how many documents there are."""
    return isinstance(registry.build("mixer", rule.mixer.name, rule.mixer.params), Counting)


def told(rule: Rule, sizes: Sizes, registry: Registry) -> bool:
    """Whether a rule knows the sizes that it is told of. One whose steps take turns is told of none itself."""
    if rule.turns:
        return not any(lacking(turn.mix, sizes, registry) for turn in rule.turns)
    if any(name not in sizes for name in rule.sources):
        return False
    uncounted = any(sizes[name].documents is None for name in rule.sources)
    return not (uncounted and counts(rule, registry)) and all(told(under, sizes, registry) for under in rule.over)
