"""A batch larger than any."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl.view.numbers import count, length, plural
from mtdsl_lints.chain import said

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

MOST = 10**9
"""Tokens a step: eight times the 128M that MiniMax-01 ends with (arXiv:2501.08313, section 4.2)."""


def batch_too_large(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A step takes more than a billion tokens.

    Beyond the critical batch more tokens a step give no better gradient, and the budget is gone in a few steps;
    MiniMax-01 ends with 128M. Mostly tokens were written where sequences are counted: `4194304 x 4k` are 17B tokens.
    """
    for phase in plan.phases:
        sequences = max((run.sequences for run in phase.batch.runs), default=0) if phase.batch else 0
        if phase.batch is not None and sequences * phase.batch.length > MOST:
            yield Remark(
                f"a step of `{phase.name}` takes {count(sequences * phase.batch.length)} tokens, {sequences:,} sequences of "
                f"{length(phase.batch.length)}; the phase has {plural(phase.steps, 'step')}",
                said(written, phase, "batch"),
                help="before `x` stand sequences: write `1024 x 4k`, or tokens as in `4Mi tokens`",
            )
