"""A selection of parameters that is empty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from mtdsl import Remark
from mtdsl_lints.chain import said
from mtdsl_lints.parameters import Parameters, trainable, trained

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def nothing_is_trained(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase freezes every parameter that it would train.

    Its steps cost what any steps cost and change nothing. A phase that is to train nothing has `steps = 0`.
    """
    known = trainable(plan)

    @cache
    def left(train: tuple[str, ...], freeze: tuple[str, ...], parameters: Parameters) -> bool:
        if "*" in freeze:
            return False
        return not trained(train, (), parameters) or bool(trained(train, freeze, parameters))

    for phase in plan.phases:
        if phase.steps and phase.freeze and not phase.edits and not left(phase.train, phase.freeze, known.get(phase.name, ())):
            yield Remark(
                f"`{phase.name}` freezes every parameter that it would train",
                said(written, phase, "freeze"),
                help="freeze fewer, or write `steps = 0`",
                severity="error",
            )
