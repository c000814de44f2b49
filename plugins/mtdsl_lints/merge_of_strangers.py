"""An average of weights that never were the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl_lints.chain import in_order

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.plan.origins import Origins


def merge_of_strangers(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A merge takes weights that began as different fresh ones.

    Averaging works where weights share a stretch of training (arXiv:1912.05671). Drawn apart, unit 7 of one has
    nothing to do with unit 7 of the other, and their average is as good as noise. Let them go on from one trunk. Of
    checkpoints made elsewhere it is not known what they share, so nothing is said of them.
    """
    first = _first(plan)
    for merge in plan.merges:
        drawn = {begun.seed: begun for at in merge.parents if (begun := first.get(at.node))}
        if len(drawn) > 1:
            begins = " and ".join(f"`{begun.name}` with seed {seed}" for seed, begun in list(drawn.items())[:2])
            yield Remark(
                f"`{merge.name}` merges weights that were drawn apart: {begins}",
                (Place(merge.name), Place(next(iter(drawn.values())).name, "seed", "fresh weights come from the seed")),
                help="let them go on from one trunk",
            )


def _first(plan: Plan) -> dict[str, Phase]:
    """The phase in which the weights of each node were fresh; nodes that come from elsewhere are left out."""
    phases = {phase.name: phase for phase in plan.phases}
    found: dict[str, Phase] = {}
    for node in in_order(plan):
        begun = phases.get(node.name) if not node.parents else found.get(node.parents[0].node)
        if begun is not None:
            found[node.name] = begun
    return found
