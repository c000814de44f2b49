"""An event that has happened before its phase begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.chain import pairs

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

Happened = Mapping[str, Place]
"""The tests of the events on the way to a phase's end, each with where it was written."""


def event_copied(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """`like` copies a `when` into a phase behind the one where its test came true.

    A loss that fell below a threshold is below it when the next phase begins, so the copy happens at once, whatever its
    `expect` draws: the batch that it sets is that of the first steps too, or it doubles a batch that has doubled. An event that
    waits for progress happens in each phase anew.
    """
    happened: dict[str, Happened] = {}
    for phase in plan.phases:
        happened.setdefault(phase.name, _own(phase, {}))
    for before, phase in pairs(plan):
        past = happened[before.name]
        happened[phase.name] = _own(phase, past)
        for at, event in enumerate(phase.events):
            first = past.get(repr(event.test))
            origin = written.of(phase.name, f"when.{at}")
            if first is not None and origin.via == "copied":
                yield Remark(
                    f"`{phase.name}` copies an event from `{origin.of}` that has happened in `{first.node}` by then",
                    (Place(phase.name, message="copied here"), first),
                    help=f"write `when = none` in `{phase.family}`, or an event of its own",
                )


def _own(phase: Phase, past: Happened) -> Happened:
    if not phase.events:
        return past
    own = {repr(event.test): Place(phase.name, f"when.{at}") for at, event in enumerate(phase.events) if event.measured}
    return {**own, **past}
