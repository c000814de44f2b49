"""Numbers with dimensions: what a literal means, and what may be added to what.

`M B T` are powers of ten and plain numbers, `Ki Mi Gi` are binary, `k` is 1024 and stands on window lengths only.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang.tree import Number

Dimension = Literal["number", "tokens", "steps", "epochs", "length", "share", "rate"]
LARGEST = 10**90
FINEST = 10**400
SCALE = {"": 1, "k": 1024, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "M": 10**6, "B": 10**9, "T": 10**12}
NOUNS: dict[Dimension, str] = {
    "number": "a plain number",
    "tokens": "a number of tokens",
    "steps": "a number of steps",
    "epochs": "a number of epochs",
    "length": "a window length",
    "share": "a share",
    "rate": "a learning rate",
}


@node
class Quantity(Frozen):
    """An exact number and its dimension; `scaled` where it was written with `M`, `B` or `T`.

    `2 * 10%` is twice a share, and `3e-4 * 10%` a part of a number: such a product is a share that is a plain number `too`.
    """

    value: Fraction
    dimension: Dimension
    span: Span
    scaled: bool = False
    too: bool = False

    @property
    def noun(self) -> str:
        """The dimension in words."""
        return NOUNS[self.dimension]

    @property
    def is_rate(self) -> bool:
        """Whether this may be a learning rate: what a plan says of one, or a plain number that counts nothing."""
        return self.dimension == "rate" or (not self.scaled and (self.dimension == "number" or self.too))


def quantity(number: Number) -> Quantity:
    """What a literal means. Raises `Mistake` where unit and suffix do not go together."""
    if number.suffix == "%":
        if number.unit:
            raise mistake("unit-mismatch", f"a share has no unit: `{number.span.text}`", number.span)
        return Quantity(number.digits / 100, "share", number.span)
    if number.suffix == "k" and number.unit:
        hint = f"write {int(number.digits)}_000 {number.unit}, or {number.digits}Ki {number.unit} if 1024 is meant"
        raise mistake("unit-mismatch", "`k` is 1024 and stands on window lengths only", number.span, help=hint)
    dimension: Dimension = "length" if number.suffix == "k" else number.unit or "number"
    value = _computable(number.digits * SCALE[number.suffix] if number.suffix else number.digits, number.span)
    return Quantity(value, dimension, number.span, number.suffix in ("M", "B", "T"))


def add(left: Quantity, right: Quantity, sign: int, span: Span) -> Quantity:
    """`left + sign * right`: of one dimension, or one of them a plain number."""
    value = _computable(left.value + sign * right.value, span)
    return Quantity(value, common(left, right, span), span, left.scaled or right.scaled, left.too or right.too)


def multiply(left: Quantity, right: Quantity, span: Span) -> Quantity:
    """A product: one side a plain number or a share; steps times the tokens of one step are tokens."""
    for one, other in ((left, right), (right, left)):
        if one.dimension in ("number", "share"):
            value = _computable(one.value * other.value, span)
            too = one.too or other.too or {one.dimension, other.dimension} == {"number", "share"}
            return Quantity(value, other.dimension, span, one.scaled or other.scaled, too)
    if {left.dimension, right.dimension} in ({"steps", "tokens"}, {"steps", "length"}):
        return Quantity(_computable(left.value * right.value, span), "tokens", span)
    raise mistake("unit-mismatch", f"{left.noun} times {right.noun} has no meaning here", span)


def divide(left: Quantity, right: Quantity, span: Span) -> Quantity:
    """A quotient: two of one dimension give a plain number; tokens by steps are the tokens of one step."""
    if right.value == 0:
        raise mistake("division-by-zero", "this divides by zero", span)
    value = _computable(left.value / right.value, span)
    if left.dimension == "rate" and right.dimension == "number":
        return Quantity(value, "number", span)  # of a rate such as 3e-4, or by a factor: both go with it
    if right.dimension in ("number", "share"):
        return Quantity(value, left.dimension, span, left.scaled, left.too)
    if left.dimension == "tokens" and right.dimension == "steps":
        return Quantity(value, "tokens", span)
    if left.dimension in (right.dimension, "number") or {left.dimension, right.dimension} == {"tokens", "length"}:
        return Quantity(value, "number", span)
    raise mistake("unit-mismatch", f"{left.noun} divided by {right.noun} has no meaning here", span)


def common(left: Quantity, right: Quantity, span: Span) -> Dimension:
    """The dimension two quantities share; a plain number takes the other's, and a window's length is a number of tokens."""
    if "rate" in (left.dimension, right.dimension):
        return _rate(left, right)
    if left.dimension == right.dimension or right.dimension == "number":
        return left.dimension
    if left.dimension == "number":
        return right.dimension
    if {left.dimension, right.dimension} == {"tokens", "length"}:
        return "tokens"
    raise mistake("unit-mismatch", f"{left.noun} and {right.noun} do not go together", span)


def _rate(left: Quantity, right: Quantity) -> Dimension:
    """What goes with a rate: another one, or a plain number that counts nothing."""
    rate, other = (left, right) if left.dimension == "rate" else (right, left)
    if other.is_rate:
        return "rate"
    noun = "a number of tokens" if other.scaled else other.noun
    node, _, point = rate.span.text.partition(".lr.")
    part = f", or a part of another one: `{other.span.text} * {node}.lr.{'end' if point == 'start' else 'start'}`"
    hint = f"write the rate itself, such as `2e-5`{part if point else ''}" if other.dimension == "share" else None
    raise mistake("unit-mismatch", f"`{rate.span.text}` is {rate.noun}, and `{other.span.text}` {noun}", other.span, help=hint)


def _computable(value: Fraction, span: Span) -> Fraction:
    """A value that floats can hold and that takes no time to compute with. Raises `Mistake` for others."""
    above, below = value.numerator, value.denominator  # comparing fractions costs a new one each time
    if not -LARGEST * below <= above <= LARGEST * below or below > FINEST:
        raise mistake("number-too-large", "this number has too many digits", span)
    return value
