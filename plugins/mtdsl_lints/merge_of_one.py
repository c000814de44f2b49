"""A merge of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def merge_of_one(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A merge takes the weights of one node only, so that it gives back what it was given.

    The mean of one checkpoint is that checkpoint. Mostly the checkpoints along the phase were meant, as of Llama 3's anneal
    (arXiv:2407.21783, section 3.4.3), or a fork with several members. Averaged weights (`anneal.ema`) are no such merge: they
    are other weights than those that the phase ends with.
    """
    for merge in plan.merges:
        if len(merge.parents) == 1 and merge.parents[0].weights == "last":
            only = merge.parents[0].node
            yield Remark(
                f"`{merge.name}` merges one checkpoint, the end of `{only}`: nothing changes",
                (Place(merge.name, "value"),),
                help=f"merge several: `{only}.last(5, every = 4B)`, or members of a fork",
            )
