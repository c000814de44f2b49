"""A test of the loss that fresh weights pass."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.thresholds import Threshold, threshold

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

BYTES = 256
"""The smallest vocabulary that there is, for one that is not known."""
ABOVE = 1.5
"""Times the loss of a uniform guess. Weights drawn with a standard deviation of 0.02 begin within a tenth of it."""


def event_holds_at_once(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """An event or a `stop` tests the loss of fresh weights in a way that holds at the first step.

    Fresh weights guess: their loss is about ln(V) for V tokens in the vocabulary (10.4 for 32,000), and falls from there.
    `loss > 1.2` holds at once, where `loss < 1.2` was meant; `loss < 198` does too, where the point is missing. Of weights that
    were trained before, the loss is not known, and nothing is said.
    """
    guess = log(_vocabulary(plan))
    for phase in plan.phases:
        tests = [(f"when.{index}", event.test) for index, event in enumerate(phase.events)]
        tests += [("stop", phase.stop)] if phase.stop else []
        for attribute, test in tests if not phase.parents else ():
            found = threshold(test)
            if found and _holds(found, guess):
                yield Remark(
                    f"`{found}` holds at the first step of `{phase.name}`: the loss of fresh weights is about {guess:.1f}",
                    (Place(phase.name, attribute),),
                    help=f"write `loss < {float(found.value):.6g}`" if not found.below else "write a smaller number",
                )


def _holds(found: Threshold, guess: float) -> bool:
    return found.metric == "loss" and (found.value > ABOVE * guess if found.below else found.value < guess)


def _vocabulary(plan: Plan) -> int:
    """Tokens in the vocabulary, as the recipe or its lock says."""
    if plan.tokenizer is None:
        return BYTES
    known, size = plan.tokenizer.facts.get("vocab"), plan.tokenizer.params.get("vocab")
    found = known.value if known else size
    return max(BYTES, int(found)) if isinstance(found, int) else BYTES
