"""The lower half of a Plan: techniques with their parameters, tests that a run answers, and curves along the tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from fractions import Fraction
from functools import cached_property
from typing import Generic, Literal, TypeVar

from mtdsl.frozen import Frozen, node

V = TypeVar("V")
Scalar = str | bool | int | Fraction | None
Certainty = Literal["exact", "declared", "measured", "bounded", "unknown"]

RARE = {"rare": True}
"""Marks a field that the JSON of a plan leaves out where it has its default."""


@node
class Plugin(Frozen):
    """A technique by name, with every parameter bound, defaults included.

    A parameter that moves is a curve along the phase's tokens, one that is a technique of its own another `Plugin`.
    """

    name: str
    params: Mapping[str, Param] = field(default_factory=dict)


@node
class Term(Frozen):
    """One side of a comparison: a number, or something measured.

    `metric` is `loss`, `grad_norm`, the name of an `eval`, or `doc.length` of a document. With `of`, it is what was measured
    where that node ended (`pretrain.short`); without, what it is now. A part of an `eval` follows a dot: `held.web`.
    `times` is a factor: `98% * pretrain.short`.
    """

    value: Fraction | None = None
    metric: str = ""
    of: str = ""
    times: Fraction = Fraction(1)


@node
class Test(Frozen):
    """What only a run can answer: `loss < 1.98`, `niah >= 100% and short >= pretrain.short`.

    A comparison has two `terms`; `and`, `or` and `not` have `tests`; `gate` has the `plugin` that decides
    (`plateau(loss, over = 10B)`).
    """

    __test__ = False  # not one of pytest's

    op: Literal["<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "gate"]
    terms: tuple[Term, ...] = ()
    tests: tuple[Test, ...] = ()
    plugin: Plugin | None = None


@node
class Known(Frozen):
    """A number that the recipe's text may not be able to know; `value` is None only where `certainty` is `unknown`."""

    value: int | Fraction | None
    certainty: Certainty = "exact"
    reason: str = ""


# ---- curves


@node
class Turn(Frozen):
    """What steps draw from when it is their turn: a whole mixture, whose turn it is in `share` of all steps."""

    share: Fraction
    mix: Blend


@node
class Rule(Frozen):
    """The part of a blend whose weights a mixer chooses: `share` of the whole, among `sources` with their base weights.

    A base weight is None where the recipe only named the source (`natural(a, b)`), or where the rules that this one stands
    `over` choose it (`natural(a, b) by temperature(tau = 2)`).

    Where there are `turns` (`alternate(a, b)`), the mixer does not weigh: each step draws the rule's share wholly from one of
    them, in the order that the mixer gives. A phase's first step has the place `turn` of that order, counted from 0.
    """

    share: Fraction
    mixer: Plugin
    sources: Mapping[str, Fraction | None]
    over: tuple[Rule, ...] = ()
    turns: tuple[Turn, ...] = field(default=(), metadata=RARE)
    turn: int = field(default=0, metadata=RARE)


@node
class Blend(Frozen):
    """A mixture: shares of tokens by source, and what is left to rules. All shares sum to 1."""

    shares: Mapping[str, Fraction] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    @cached_property
    def fixed(self) -> Mapping[str, float]:
        """The shares that are not 0, rounded: what is read again and again for each phase that has the mixture."""
        return {name: float(share) for name, share in self.shares.items() if share}


@node
class Piece(Frozen, Generic[V]):
    """A stretch of a curve: from `start` at token `begin` to `stop` at token `end`, then standing at `stop`.

    It is in force from `begin` until the next piece begins. `by` is the scheduler; None where the value stands still
    (`start == stop`). A number that stands under a scheduler's rule (`1e-3 by wsd_s(...)`) has both: the rule moves it between
    that number and 0. Positions may lie before the phase (a schedule over a path) or past its end (an arrow that is cut).
    """

    begin: Fraction
    end: Fraction
    start: V
    stop: V
    by: Plugin | None = None


@node
class Warmup(Frozen):
    """A linear rise of the rate over the first `steps` steps (`tokens` tokens), from `start` to the curve's first value.

    A step reads that line at the tokens `after` it, so that the first is not lost to a rate of `start` and the last has the
    curve's first value; or at those `before` it, so that the first has `start` itself.
    """

    steps: int
    tokens: int
    start: Fraction
    read: Literal["after", "before"] = field(default="after", metadata=RARE)


@node
class Curve(Frozen, Generic[V]):
    """What a value does during a phase. `pieces` is never empty and ordered by `begin`."""

    pieces: tuple[Piece[V], ...]
    warmup: Warmup | None = None


Param = Scalar | tuple["Param", ...] | Mapping[str, "Param"] | Plugin | Curve[Fraction]
"""What a technique's parameter may be; here, since two of these hold parameters themselves."""
