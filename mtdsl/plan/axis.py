"""The token axis that a curve is laid on: one phase, or the phases of a path one after the other."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil, floor

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import whole
from mtdsl.plan.model import Batch
from mtdsl.plan.steps import tokens_of


def end_of(
    length: Quantity, begin: Fraction, share: Callable[[Fraction], Fraction], steps: Callable[[int], Fraction]
) -> Fraction:
    """Where a length that begins at token `begin` ends: tokens, a `share` of an axis, or whole `steps`, as each says.

    Raises `Mistake` for what is no length, and for parts of a step.
    """
    if length.dimension == "share":
        return share(length.value)
    if length.dimension == "steps":
        return steps(whole(length, "steps"))
    if length.dimension == "tokens" or (length.dimension == "number" and length.scaled):
        return begin + length.value
    written = length.span.text
    part = f"write `{float(100 * length.value):.6g}%`"
    plain = part if 0 < length.value < 1 else f"write `{written} steps` or `{written} tokens`"
    hint = plain if length.dimension == "number" else "write `2000 steps`, `20B` or `5%`"
    raise mistake("unit-mismatch", f"a length is tokens, steps or a share, not {length.noun}", length.span, help=hint)


@node
class Stretch(Frozen):
    """One phase on the axis."""

    batch: Batch
    steps: int

    @property
    def tokens(self) -> int:
        """Its length."""
        return tokens_of(self.batch, self.steps)


@node
class Axis(Frozen):
    """The stretches of an axis in order; the last one goes on at its batch.

    A share of it is one of what its budgets are in: of its steps where they are `in_steps`, else of its tokens.
    """

    stretches: tuple[Stretch, ...]
    in_steps: bool = False

    @property
    def tokens(self) -> int:
        """The whole length in tokens."""
        return sum(stretch.tokens for stretch in self.stretches)

    @property
    def step_tokens(self) -> int:
        """Tokens of the largest last step: how far off a length may be."""
        return max(run.sequences * stretch.batch.length for stretch in self.stretches for run in stretch.batch.runs)

    def of_steps(self, steps: int) -> int:
        """Tokens in the first `steps` steps."""
        passed = 0
        for stretch in self.stretches[:-1]:
            if steps <= stretch.steps:
                return passed + tokens_of(stretch.batch, steps)
            passed, steps = passed + stretch.tokens, steps - stretch.steps
        return passed + tokens_of(self.stretches[-1].batch, steps)

    def position(self, length: Quantity, begin: Fraction, drawn: object = None) -> Fraction:
        """Where a length that begins at token `begin` ends, whatever is drawn there. Raises `Mistake` for what is no length."""
        after = lambda steps: Fraction(self.of_steps(self.steps_before(begin) + steps))  # noqa: E731
        return end_of(length, begin, lambda share: self.behind(share, begin), after)

    def behind(self, share: Fraction, begin: Fraction = Fraction(0)) -> Fraction:
        """The token that lies a `share` of the axis behind token `begin`; a part of a step is as large a part of its tokens."""
        if not self.in_steps or (len(self.stretches) == 1 and len(self.stretches[0].batch.runs) == 1):
            return begin + share * self.tokens
        steps = self._steps(begin) + share * sum(stretch.steps for stretch in self.stretches)
        low = self.of_steps(floor(steps))
        return low + (steps % 1) * (self.of_steps(floor(steps) + 1) - low)

    def _steps(self, tokens: Fraction) -> Fraction:
        """The steps before a token, with the part of the one that it lies in."""
        steps = self.steps_before(tokens)
        end = self.of_steps(steps)
        return Fraction(steps) if end == tokens else steps - (end - tokens) / (end - self.of_steps(steps - 1))

    def room(self, drawn: object, begin: Fraction) -> bool:
        """Whether anything is left at token `begin`."""
        return begin < self.tokens

    def whole(self, drawn: object, begin: Fraction) -> Fraction:
        """Where a last piece ends: with the axis."""
        return Fraction(self.tokens)

    def stretch(self, length: Quantity, begin: Fraction) -> Fraction:
        """A length that begins at token `begin`, in tokens."""
        return self.position(length, begin) - begin

    def steps_before(self, tokens: Fraction) -> int:
        """Steps that begin before `tokens`: whole ones, the one that covers it counted."""
        return bisect_steps(self.of_steps, tokens)


def bisect_steps(of_steps: Callable[[int], int], tokens: Fraction) -> int:
    """The least number of steps that reach `tokens`."""
    low, high, wanted = 0, 1, ceil(tokens)  # comparing with a fraction takes ten times as long
    while of_steps(high) < wanted:
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if of_steps(middle) < wanted else (low, middle)
    return low
