"""A window that grows while the number of sequences stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import count, length
from mtdsl_lints.batches import edges

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def batch_tokens_change(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """The window changes and the number of sequences does not, so that a step has as many times the tokens.

    Published context extensions keep the tokens of a step (SmolLM3: `576 x 4k`, then `72 x 32k`): the rate was chosen for them,
    and a budget in tokens would take a fraction of the steps. A batch in tokens, `batch = 4Mi tokens`, keeps them by itself.
    """
    for edge in edges(plan):
        (old, new), phase = edge.tokens, edge.phase
        if edge.left == edge.begun and old != new:
            keeps = max(1, round(old / phase.context.end))
            yield Remark(
                f"a step goes from {count(old)} to {count(new)} tokens where `{phase.name}` begins: the window is "
                f"{length(phase.context.end)} and there are {edge.begun:,} sequences as before",
                (
                    Place(phase.name, "batch"),
                    Place(edge.before.name, "batch", f"{edge.left:,} of {length(edge.before.context.end)}"),
                ),
                help=f"`{keeps:,} x {length(phase.context.end)}` keeps the tokens of a step".replace(",", "_"),
            )
