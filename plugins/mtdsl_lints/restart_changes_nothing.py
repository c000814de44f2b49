"""A restart of a rate that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.rates import CLOSE
from mtdsl.view.numbers import rate
from mtdsl_lints.chain import left_at, pairs
from mtdsl_lints.rates import first_rate, last_rate

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def restart_changes_nothing(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A transition restarts the learning rate, and the rate goes on where it was.

    `lr = restart` takes the rate that is written. `lr = -> 0` writes none to begin with: it moves on from where the phase
    before ended, and so does a schedule over both phases. One of the two is not what was meant: a decay that was to begin high
    begins at the last rate of its parent. A warm-up rises from 0 under `restart`, which is a change.
    """
    for before, phase in pairs(plan):
        edge = phase.transition
        if edge.lr != "restart" or "lr" not in edge.written or phase.lr is None or phase.lr.warmup is not None:
            continue
        last = last_rate(before, written.registry, left_at(before, phase))
        if last is not None and _goes_on(phase, written):
            first = first_rate(phase, written.registry)
            if first is not None and abs(first - last) <= CLOSE * max(first, last):
                yield Remark(
                    f"`lr = restart` changes nothing: the rate of `{phase.name}` goes on from {rate(last)}, where "
                    f"`{before.name}` was",
                    (Place(phase.name, "transition.lr"), Place(phase.name, "lr", "no first rate is written here")),
                    help="write the rate that it begins at, `lr = 3e-4 -> 0`, or say `lr = continue` of this edge",
                )


def _goes_on(phase: Phase, written: Origins) -> bool:
    """Whether what says the rate names no first one: an arrow without a left side, or a schedule."""
    origin = written.of(phase.name, "lr")
    return origin.via == "schedule" or (origin.span is not None and origin.span.text.lstrip("[ \n").startswith("->"))
