"""A fork whose members are one run twice."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins

COMPARED = 8
"""Members that look alike at first sight and are compared in full: enough to find two that are one."""


def fork_members_identical(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """Two members of a family leave one parent with the same seed, mixture, rate and budget: they are the same run.

    The variable of a `for` that no attribute uses makes names and nothing else: a soup of such members is the mean of equal
    weights. Mostly `seed = order` was forgotten.
    """
    alike: dict[Hashable, list[Phase]] = {}
    for phase in plan.phases:
        if phase.name == phase.family or not phase.steps:
            continue
        before = alike.setdefault(_sight(phase), [])
        twin = next((other for other in before if _bare(other) == _bare(phase)), None)
        if twin is not None:
            yield Remark(
                f"`{twin.name}` and `{phase.name}` train the same thing: no attribute of `{phase.family}` differs between them",
                (Place(phase.name),),
                help="let an attribute use the variable of `for`, say `seed = ...` with `data = fresh` on the transition",
            )
        elif len(before) < COMPARED:
            before.append(phase)


def _sight(phase: Phase) -> Hashable:
    """What is quick to compare."""
    parents = tuple((at.node, at.at) for at in phase.parents)
    shares = tuple(
        (name, share) for piece in (phase.mix.pieces if phase.mix else ()) for name, share in piece.stop.shares.items()
    )
    return phase.family, parents, phase.tokens, phase.steps, phase.seed, phase.context.end, tuple(levels(phase)), shares


def _bare(phase: Phase) -> Phase:
    """A phase without what does not train."""
    return replace(phase, name="", doc="")
