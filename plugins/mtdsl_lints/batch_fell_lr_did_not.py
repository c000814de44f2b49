"""A much smaller batch at the rate of the larger one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl.view.numbers import count, rate
from mtdsl_lints.batches import at_one_rate, by_the_root, far, places
from mtdsl_lints.rates import falls

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

FELL = 4
"""Times: by the root, the rate is then twice what suits the batch."""


def batch_fell_lr_did_not(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase begins with a quarter or less of the tokens a step of the phase before, and with its rate.

    A smaller batch has a noisier gradient, and takes as many more steps over the same tokens: at one rate the weights are
    shaken as by a rate that was raised (arXiv:1711.00489), and the loss rises where the phase begins. Mostly the window grew
    and the sequences fell too far, or a batch in sequences was taken from a smaller run. A rate that comes down in the phase
    makes up for it, and nothing is said, unless the batch fell to an eighth or less.
    """
    for edge, now in at_one_rate(plan, written.registry):
        old, new = edge.tokens
        if FELL * new <= old and (far(edge) or not falls(edge.phase)):
            yield Remark(
                f"a step of `{edge.phase.name}` has {count(new)} tokens, one of `{edge.before.name}` {count(old)}, "
                f"{old / new:.3g} times as many, and the rate is {rate(now)} as before",
                places(written, edge),
                help=f"keep the batch; or by the root of it, `lr = {by_the_root(edge, now)}` behind a restart",
            )
