"""A number that nobody trains with."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl.view.numbers import rate
from mtdsl_lints.chain import said
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Curve, Phase, Plan
    from mtdsl.plan.origins import Origins

RANGES = {
    "clip": (Fraction(1, 100), Fraction(100), "published runs cut to a norm between 0.1 and 1"),
    "ema": (Fraction(1, 2), Fraction(1), "below a half it is mostly the last step's weights; Marin's keeps 0.995"),
    "lr": (Fraction(0), Fraction(1), "a step of Adam moves a weight by about the rate"),
    "weight_decay": (Fraction(0), Fraction(5), "published runs have about 0.1, and 30 times that where data is repeated often"),
    "z_loss": (Fraction(0), Fraction(1, 10), "published runs have 5e-6 to 1e-4"),
}
"""Smallest and largest value that may be meant, and what is usual; 0 switches off what it can, and is never spoken of."""


def unusual_value(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A number is ten times beyond whatever was published, or further: a point or an exponent is missing.

    Published are: clipping at 0.1 (Apertus) to 1 (nearly all); an average of the weights that keeps 0.995 (Marin); a weight
    decay of 0.1, and 30 times that for data that is repeated often (arXiv:2509.14786); a z-loss of 5e-6
    (DCLM), 1e-5 (OLMo 2) or 1e-4 (PaLM, Marin). `ema = 0.001` is no average at all, and a z-loss of 1 outweighs the model's
    own.
    """
    for phase in plan.phases:
        for name, (least, most, usual) in RANGES.items():
            strange = next((value for value in _values(phase, name) if value and not least <= value <= most), None)
            if strange is not None:
                yield Remark(
                    f"`{name}` of `{phase.name}` is {rate(strange)}: {usual}",
                    said(written, phase, name),
                    help="correct it, or allow it: `# mtr: allow(unusual-value)`",
                )


def _values(phase: Phase, name: str) -> Iterator[Fraction]:
    """A number where its moves begin and end, and as the optimizer has it: what lies on the way is not judged."""
    if name == "lr":
        yield from levels(phase)
    own = phase.optimizer.params.get(name)
    if isinstance(own, Fraction):
        yield own
    curve: Curve[Fraction] | None = phase.scalars.get(name)
    yield from (value for piece in (curve.pieces if curve else ()) for value in (piece.start, piece.stop))
