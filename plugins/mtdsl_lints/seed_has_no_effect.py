"""A seed that decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.curves import sources_of
from mtdsl_lints.chain import trained_last

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def seed_has_no_effect(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase is given a seed of its own, and nothing in it depends on one.

    A phase that goes on with its parent's data goes on with the order that the parent's seed began: the same seed again
    changes nothing, and whoever wrote it may think the order is another. A phase of 0 steps reads nothing at all, and sources
    in the order given, one document behind the other, leave nothing to chance.
    """
    last = trained_last(plan)
    given = {source.name for source in plan.sources if source.order == "given"}
    for phase in plan.phases:
        if written.of(phase.name, "seed").via != "written":
            continue
        reason = _reason(phase, last.get(phase.parents[0].node) if phase.parents else None, given)
        if reason:
            help = "leave the seed out, or give it another one with `data = fresh` on the transition"
            yield Remark(reason, (Place(phase.name, "seed"),), help=help if phase.steps else "leave the seed out")


def _reason(phase: Phase, before: Phase | None, given: set[str]) -> str:
    if not phase.steps and phase.parents:
        return f"`{phase.name}` trains nothing, so its seed {phase.seed} decides nothing"
    if before is not None and phase.transition.data == "continue" and before.seed == phase.seed:
        return f"`{phase.name}` goes on with the data order that seed {phase.seed} began: the same seed again changes nothing"
    if phase.parents and phase.mix is not None and _plain(phase) and given.issuperset(sources_of(phase.mix)):
        return f"all that `{phase.name}` reads is read in the order given, so its seed {phase.seed} decides nothing"
    return ""


def _plain(phase: Phase) -> bool:
    """Whether documents become windows without a choice: laid one behind the other, none of them rearranged."""
    return phase.packing.name == "concat" and "fim" not in phase.scalars
