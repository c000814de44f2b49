"""The nodes whose weights a chain ends with: what a run exports."""

from __future__ import annotations

from collections.abc import Sequence

from mtdsl.plan.model import Merge, Phase


def leaves(order: Sequence[str], phases: Sequence[Phase], merges: Sequence[Merge]) -> tuple[str, ...]:
    """In `order`, the nodes from whose end nothing goes on, and that are no control of others.

    A branch that leaves a phase inside does not use up its end.
    """
    ends = {phase.name: phase.tokens for phase in phases}
    nodes: tuple[Phase | Merge, ...] = (*phases, *merges)
    parents = (parent for node in nodes for parent in node.parents)
    used = {parent.node for parent in parents if parent.at is None or parent.at == ends.get(parent.node)}
    controls = {merge.against for merge in merges}
    return tuple(name for name in order if name not in used | controls)
