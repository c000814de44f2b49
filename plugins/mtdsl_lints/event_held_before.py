"""An event that is expected long after it can happen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count
from mtdsl_lints.thresholds import threshold

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def event_held_before(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """An event waits for less than one that is expected before it, or for more than what ends the phase.

    Where the loss is below 1.57 it is below 1.98 as well: both events happen at once, and the plan between them, with its
    curves, steps and cost, is one that no run can follow. A `stop` that holds first ends the phase, and the event never comes.
    Mostly two numbers changed places.
    """
    for phase in plan.phases:
        yield from _later(phase)
        yield from _stopped(phase)


def _later(phase: Phase) -> Iterator[Remark]:
    """Events that hold as soon as one does that is expected at least a step earlier; events stand in the order expected."""
    for index, event in enumerate(phase.events):
        waits = threshold(event.test)
        for at, before in enumerate(phase.events[:index]):
            harder = threshold(before.test)
            if waits and harder and before.expect < event.expect and waits.follows_from(harder):
                yield Remark(
                    f"`{waits}` is expected after {count(event.expect)} tokens of `{phase.name}`, but it holds where "
                    f"`{harder}` does, which is expected after {count(before.expect)}",
                    (Place(phase.name, f"when.{index}"), Place(phase.name, f"when.{at}", "this is harder to reach")),
                    help="exchange the numbers, or correct what is expected",
                )
                break


def _stopped(phase: Phase) -> Iterator[Remark]:
    ends = threshold(phase.stop)
    for index, event in enumerate(phase.events):
        waits = threshold(event.test)
        if ends and waits and ends.follows_from(waits):
            yield Remark(
                f"`{waits}` never happens in `{phase.name}`: the phase has stopped by then, since `{ends}` holds no later",
                (Place(phase.name, f"when.{index}"), Place(phase.name, "stop", "this is reached first")),
                help="let the `stop` wait for more than the event does",
            )
