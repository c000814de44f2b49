"""Going on from weights that were finished."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan, Start
    from mtdsl.plan.origins import Origins

_TUNED = re.compile(r"(?:^|[-_.])(instruct|chat|sft|dpo|rlhf|rlvr|rl|think|thinking|(?<=\db-)it)(?=$|[-_.@]|\d)", re.IGNORECASE)


def start_looks_finished(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase goes on from a checkpoint whose training was brought to an end.

    Either its weights are named as tuned ones (`Instruct`, `SFT`, `DPO`, ...), whose behaviour plain documents train away;
    or its declared rate is 0 and the phase goes on with it. Mid-training goes on from the base model, best before its decay.
    """
    starts = {start.name: start for start in plan.starts}
    for phase in plan.phases:
        start = starts.get(phase.parents[0].node) if phase.parents and phase.steps else None
        if start is None:
            continue
        tuned = _tuned(start)
        if tuned:
            yield Remark(
                f"`{phase.name}` goes on from `{tuned}` weights: those of `{start.name}` look finished",
                (Place(start.name, "weights"), Place(phase.name, "name", "trained from there")),
                help="start from the base model's weights",
            )
        elif start.lr == 0 and phase.transition.lr == "continue":
            yield Remark(
                f"`{phase.name}` goes on with the rate of `{start.name}`, which had come down to 0",
                (Place(phase.name, "lr"), Place(start.name, "lr", "its decay had ended")),
                help=f"start from before the decay, or write transition {start.name} -> {phase.family} {{ lr = restart }}",
            )


def _tuned(start: Start) -> str | None:
    """The word in the name of the weights that says they were tuned."""
    name = (start.weights or "").rstrip("/").rpartition("/")[2]
    found = _TUNED.search(name)
    return found[1] if found else None
