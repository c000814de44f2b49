"""A group that gets no parameter of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.chain import said
from mtdsl_lints.parameters import Parameters, fits, some, trainable

if TYPE_CHECKING:
    from mtdsl.plan.model import Group, Phase, Plan
    from mtdsl.plan.origins import Origins


def group_pattern_matches_nothing(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A pattern of a `group` fits none of the model's parameters, or all that it fits belong to groups before it.

    The rate, decay or optimizer that was meant for them is then nobody's, and they train as the rest does. A parameter belongs
    to the first group of `groups` that fits it, so a group that fits everything stands last. The names of a described model
    (`llama(...)`) are known, a tied head by both of its names, and those of a model that `mtdsl lock` has looked at; of one
    that it has not, or that an edit has changed, nothing is said.
    """
    known = trainable(plan) if any(phase.groups for phase in plan.phases) else {}
    for phase in plan.phases:
        if phase.name in known:
            yield from _of(phase, known[phase.name], written)


def _of(phase: Phase, parameters: Parameters, written: Origins) -> Iterator[Remark]:
    left, first = parameters, ""
    for group in phase.groups:
        missed = [pattern for pattern in group.match if not any(fits((pattern,), names) for names in parameters)]
        kept = tuple(names for names in left if not any(fits((pattern,), names) for pattern in group.match))
        if missed:
            yield _missed(group, missed[0], parameters)
        elif len(kept) == len(left):
            message = f"all parameters that `{group.name}` fits belong to groups before it, so it has none"
            places = *said(written, phase, "groups"), Place(group.name, "match")
            yield Remark(
                message, places, help=f"write `{group.name}` before `{first}`: a parameter belongs to the first group that fits"
            )
        left, first = kept, first or group.name


def _missed(group: Group, pattern: str, parameters: Parameters) -> Remark:
    return Remark(
        f"no parameter of the model is called `{pattern}`",
        (Place(group.name, "match"),),
        help=f"its parameters are called {some(parameters)}, and `*` stands for any part",
    )
