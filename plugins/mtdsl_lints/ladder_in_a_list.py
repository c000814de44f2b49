"""Windows that rise from branch to branch of a fork."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import length
from mtdsl_lints.chain import in_order

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def ladder_in_a_list(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """The members of a fork leave one parent with windows that rise, and nothing comes behind them.

    `for n in [32k, 64k]` trains two models beside each other, each from the same weights; `for n in 32k -> 64k` trains one, the
    second rung on the first. Published chains extend in rungs. Branches that are compared may be meant, so it is a note.
    """
    left = {at.node for node in in_order(plan) for at in node.parents}
    families: dict[object, list[Phase]] = {}
    for phase in plan.phases:
        if phase.name != phase.family and phase.parents:
            families.setdefault((phase.family, phase.parents), []).append(phase)
    for members in families.values():
        first, last = members[0], members[-1]
        rising = all(one.context.end < other.context.end for one, other in pairwise(members))
        if len(members) > 1 and rising and not any(member.name in left for member in members):
            windows = " -> ".join(length(member.context.end) for member in members)
            yield Remark(
                f"`{first.name}` to `{last.name}` each start from `{first.parents[0].node}`: {len(members)} models, no ladder",
                (Place(first.name),),
                help=f"one model through all windows is written with arrows: `in {windows}`",
                severity="note",
            )
