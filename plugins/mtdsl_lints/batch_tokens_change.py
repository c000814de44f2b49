"""A window that grows while the number of sequences stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Edit, Place, Remark
from mtdsl.view.numbers import count, length
from mtdsl_lints.batches import Edge, edges
from mtdsl_lints.chain import said

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins


def batch_tokens_change(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """The window changes and the number of sequences does not, so that a step has as many times the tokens.

    Most published context extensions keep the tokens of a step (SmolLM3: `576 x 4k`, then `72 x 32k`; ProLong doubles them and
    sets another rate): the rate was chosen for them, and a budget in tokens would take a fraction of the steps. A batch in
    tokens, `batch = 4Mi tokens`, keeps them by itself.
    """
    for edge in edges(plan):
        old, new = edge.tokens
        if edge.left == edge.begun and old != new:
            yield _remark(edge, old, new, written)


def _remark(edge: Edge, old: int, new: int, written: Origins) -> Remark:
    phase, window = edge.phase, length(edge.phase.context.end)
    keeps = f"{max(1, round(old / phase.context.end))} x {window}"
    own = written.of(phase.name, "batch").via == "written" and phase.name == phase.family  # its line is no other phase's
    return Remark(
        f"a step goes from {count(old)} to {count(new)} tokens where `{phase.name}` begins: the window is {window}, and there "
        f"are {edge.begun:,} sequences as before",
        (
            *said(written, phase, "batch"),
            Place(edge.before.name, "batch", f"{edge.left:,} of {length(edge.before.context.end)}"),
        ),
        help=f"`{keeps}` keeps the tokens of a step",
        edit=Edit(f"write `{keeps}`", Place(phase.name, "batch"), keeps) if own else None,
    )
