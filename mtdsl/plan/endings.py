"""What is known where a node ends: what a child inherits, is compared with, or moves on from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from fractions import Fraction
from heapq import heapify, heappop, heappush

from mtdsl.diag import Span
from mtdsl.frozen import Frozen, node
from mtdsl.plan.curves import coupled, in_force, scalar_at, shares_at
from mtdsl.plan.model import Blend, Certainty, Curve, Phase, Plugin, Rule
from mtdsl.plan.shapes import under_rule
from mtdsl.plan.steps import step_at
from mtdsl.plan.transitions import Kind
from mtdsl.registry import Registry


@node
class Used(Frozen):
    """The tokens of the distinct ancestors of a point: those of one node, and what is `behind` it, which other points share.

    `total` counts each ancestor once. `depth` is more than that of all behind it, and the same for every point of a node.
    """

    name: str = ""
    tokens: int = 0
    behind: tuple[Used, ...] = ()
    total: int = 0
    depth: int = 0

    def then(self, name: str, tokens: int) -> Used:
        """These and a node that comes after them."""
        return Used(name, tokens, (self,), self.total + tokens, self.depth + 1)


@node
class Ending(Frozen):
    """A point in the flow. `kind` says what made the state there: a phase of 0 steps makes none, and hands on that of the node
    `behind` it. `used` counts the tokens of every distinct ancestor, itself included.

    `lr_certainty` is `unknown` for the rate of a start that is only assumed. `certainty` is `bounded` where
    a `stop` there or before may end it early. `batch` is the tokens of its last step, `techniques` the phase's by attribute,
    their parameters as they had become. `turns` are the rules whose steps take turns, with the place that comes next.
    """

    kind: Kind = "none"
    node: str | None = None
    at: int | None = None
    seen: int = 0
    window: int | None = None
    in_force: Plugin | None = None
    lr: Fraction | None = None
    lr_span: Span | None = None
    lr_certainty: Certainty = "exact"
    mix: Blend | None = None
    seed: int | None = None
    used: Used = Used()
    certainty: Certainty = "exact"
    batch: int | None = None
    scalars: Mapping[str, Fraction] = field(default_factory=dict)
    techniques: Mapping[str, Plugin] = field(default_factory=dict)
    behind: str | None = None
    turns: tuple[Rule, ...] = ()

    @property
    def made(self) -> str:
        """The node whose weights and state these are: it trained, merged or began them."""
        return self.behind or self.node or ""

    @property
    def spent(self) -> int:
        """Tokens of every distinct ancestor, counted once."""
        return self.used.total


def united(points: Iterable[Used]) -> Used:
    """The ancestors of several points: each counted as far as the furthest of them.

    They are walked back from the deepest one, as far as the points have one ancestor in common: what is behind that is counted.
    """
    behind = tuple(points)
    left = [(-one.depth, id(one), one) for one in {id(one): one for one in behind}.values()]
    heapify(left)
    met = {id(one) for one in behind}
    most: dict[str, int] = {}
    while len(left) > 1 or (left and left[0][2].name in most):
        one = heappop(left)[2]
        if one.name:  # a merge spends nothing
            most[one.name] = max(one.tokens, most.get(one.name, 0))
        for before in one.behind:
            if id(before) not in met:
                met.add(id(before))
                heappush(left, (-before.depth, id(before), before))
    common = left[0][2].total if left else 0
    return Used(behind=behind, total=sum(most.values()) + common, depth=1 + max((one.depth for one in behind), default=0))


def value_at(curve: Curve[Fraction], tokens: int, registry: Registry) -> Fraction:
    """A curve's value as an exact number: what was written where it has landed, else the float that a step uses."""
    piece = in_force(curve, tokens)
    if piece.by is None or (tokens >= piece.end and not under_rule(piece)):
        return piece.stop
    return Fraction(repr(scalar_at(curve, tokens, registry)))


def first_of(curve: Curve[Fraction], registry: Registry) -> Fraction:
    """A curve's value at a phase's first token, warm-up left out; one over a path may have begun before the phase."""
    piece = in_force(curve, 0)
    return piece.start if piece.begin >= 0 and not under_rule(piece) else value_at(curve, 0, registry)


def rate_at(phase: Phase, tokens: int, registry: Registry) -> Fraction | None:
    """The rate that a phase has reached after `tokens` of its own, inside its warm-up too; None where it trains nothing."""
    if phase.lr is None:
        return None
    rate = risen(phase.lr, tokens) if _warms(phase.lr, tokens) else value_at(phase.lr, tokens, registry)
    factor = coupled(phase, max(0, step_at(phase, tokens) - 1))
    return rate if factor == 1 else Fraction(repr(float(rate) * factor))


def _warms(curve: Curve[Fraction], tokens: int) -> bool:
    return curve.warmup is not None and tokens < curve.warmup.tokens


def risen(curve: Curve[Fraction], tokens: int) -> Fraction:
    """The rate after so many tokens of a warm-up, which is linear."""
    warmup = curve.warmup
    assert warmup is not None
    return warmup.start + (curve.pieces[0].start - warmup.start) * tokens / warmup.tokens


def blend_at(curve: Curve[Blend], tokens: int, registry: Registry) -> Blend | None:
    """The mixture where a curve ended; None in the middle of a move whose rules need sizes that a plan does not know."""
    piece = in_force(curve, tokens)
    if piece.by is None or tokens >= piece.end:
        return piece.stop
    if piece.start.rules or piece.stop.rules:
        return None
    shares = {name: Fraction(repr(share)) for name, share in shares_at(curve, tokens, {}, registry).items()}
    total = sum(shares.values())
    return Blend({name: share / total for name, share in shares.items()})
