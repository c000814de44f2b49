"""A chain whose learning rate never comes down."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from mtdsl import Remark
from mtdsl.plan.model import Phase
from mtdsl.view.numbers import count, rate
from mtdsl_lints.averages import averages
from mtdsl_lints.chain import in_order, said
from mtdsl_lints.rates import levels

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins
    from mtdsl.registry import Registry


class _Way(NamedTuple):
    """The rate on the way from fresh weights to a node: its highest so far, and the phases that trained."""

    highest: Fraction = Fraction(0)
    phases: int = 0
    last: Phase | None = None


def lr_never_decays(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """From fresh weights to an exported result the learning rate never comes down.

    At a high rate the weights keep jumping about the valley they found: most of what a run gains in its last tenth comes from
    the decay, and the data that stands there is what a model remembers best. Nothing is said of a recipe with one phase (a
    trunk may be made longer first), of weights that were trained elsewhere, behind a merge, which can stand in for a decay, or
    under an optimizer that averages weights (`schedule_free`), which does.
    """
    ways: dict[str, _Way] = {}
    for node in in_order(plan):
        before = ways.get(node.parents[0].node) if node.parents else _Way()
        way = _after(node, before, written.registry) if before and isinstance(node, Phase) else None
        if way is not None:
            ways[node.name] = way
    for leaf in plan.leaves:
        found = ways.get(leaf)
        if found and found.last and found.phases > 1:
            yield Remark(
                f"the learning rate never comes down on the way to `{leaf}`: after {count(found.last.seen)} tokens it is still "
                f"{rate(found.highest)}, the highest it ever was",
                said(written, found.last, "lr"),
                help="let the last phase decay: `lr = -> 0 by linear`",
            )


def _after(phase: Phase, before: _Way, registry: Registry) -> _Way | None:
    """The way with a phase added; None where its rate is lower than one before, or may be (a curve between equal ends)."""
    if phase.lr is None:
        return before
    if averages(phase, registry):
        return None
    highest = before.highest
    for level in levels(phase):
        if level < highest:
            return None
        highest = level
    if any(piece.by and piece.start == piece.stop for piece in phase.lr.pieces):
        return None
    return _Way(highest, before.phases + 1, phase)
