"""A test that can hold only where its phase has ended."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count
from mtdsl_lints.waits import Waits

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan, Test
    from mtdsl.plan.origins import Origins


def cannot_hold_in_time(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A `stop`, an event or a gate cannot hold before its phase ends, or before the event is expected.

    `plateau(loss, over = 500B)` compares 500B with the 500B before them, so it does not hold before 1T: in a phase of 100B a
    `stop` never comes, and a gate behind it always fails. An `eval` without `every` is measured where phases end, where a
    `stop` or an event that waits for it is too late.
    """
    waits = Waits(plan, written.registry)
    nodes = {phase.name: phase for phase in plan.phases}
    for phase in plan.phases:
        if phase.stop is not None:
            yield from _inside(phase, "stop", phase.stop, waits)
        for index, event in enumerate(phase.events):
            if event.measured:
                yield from _inside(phase, f"when.{index}", event.test, waits, event.expect)
        before = nodes.get(phase.parents[0].node) if phase.parents else None
        if phase.transition.gate is not None and before is not None:
            yield from _gate(before, phase, waits)


def _inside(phase: Phase, attribute: str, test: Test, waits: Waits, expect: int | None = None) -> Iterator[Remark]:
    wait = waits.inside(test, phase)
    what = "`stop`" if expect is None else "event"
    places = (Place(phase.name, attribute),)
    if wait == inf and (unread := next(waits.unread(test), None)):
        message = f"the {what} of `{phase.name}` never comes: `{unread}` is measured where phases end only"
        often = f"`every = {max(1, phase.steps // 10)} steps`"
        yield Remark(message, places, help=f"let it be measured inside too: {often} in the call of `eval {unread}`")
    elif wait >= phase.tokens:
        yield Remark(f"the {what} of `{phase.name}` never comes: {_wait(wait, phase)}", places, help=HELP)
    elif expect is not None and wait > expect:
        message = (
            f"this event is expected after {count(expect)} tokens of `{phase.name}`, and cannot come before {count(int(wait))}"
        )
        yield Remark(message, places, help="expect it later, or let what it waits for be measured more often")


HELP = "let it look at fewer tokens, or give the phase more"


def _gate(before: Phase, phase: Phase, waits: Waits) -> Iterator[Remark]:
    gate = phase.transition.gate
    at = phase.parents[0].at
    end = before.tokens if at is None else at
    if gate is None or gate.plugin is None or (wait := waits.at_end(gate.plugin)) <= end:
        return
    message = f"the gate into `{phase.name}` always fails: {_wait(wait, before, end)}"
    yield Remark(message, (Place(phase.name, "transition.gate"),), help=HELP)


def _wait(wait: float, phase: Phase, end: int | None = None) -> str:
    if wait == inf:
        return f"what it waits for is measured once in `{phase.name}`"
    return (
        f"it cannot hold before {count(int(wait))} tokens, and `{phase.name}` has {count(phase.tokens if end is None else end)}"
    )
