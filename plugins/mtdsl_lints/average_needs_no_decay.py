"""A decay of the rate under an optimizer that averages instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.shapes import under_rule
from mtdsl_lints.averages import averages
from mtdsl_lints.chain import said
from mtdsl_lints.rates import falls

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def average_needs_no_decay(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase lowers its rate, and its optimizer keeps an average of the weights that stands in for a decay.

    Such an optimizer is made for a rate that stands after its warm-up (arXiv:2405.15682): at a high rate the trained weights
    go on exploring, and their average is as far along as a decay would be, at every step. Where the rate falls as well, the
    weights stop moving and the average collects what hardly differs; and the run has an end again, which had to be known
    when the decay was written. Write a rate that stands, mostly a higher one than a decay begins at, or an optimizer without
    an average. Of a warm-up nothing is said, nor of a lower rate in the next phase.
    """
    for phase in plan.phases:
        if (falls(phase) or _under_rule(phase)) and averages(phase, written.registry):
            yield Remark(
                f"the rate of `{phase.name}` comes down, and `{phase.optimizer.name}` averages weights instead",
                (*said(written, phase, "lr"), Place(phase.name, "optimizer")),
                help="let the rate stand behind its warm-up; or leave the average to `adamw` and a decay",
            )


def _under_rule(phase: Phase) -> bool:
    """Whether a rule moves the rate; all that there are let it fall."""
    return any(under_rule(piece) for piece in (phase.lr.pieces if phase.lr else ()))
