"""A source that is lost without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import share
from mtdsl_lints.mixes import Shares, changes

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

OTHERS = 3


def source_vanishes(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A source is read no longer, and the recipe does not say so.

    Either shares that `with` fixes leave 0 % to the rest, or a mixture lists all sources of the phase before but one, three
    others at least, and nothing new. What a model no longer sees it forgets; a share of 0 % says that this is meant.
    """
    yield from _left_nothing(plan, written)
    for before, old, phase, new in changes(plan):
        gone = _gone(old, new)
        if gone:
            had = f"`{before.name}` has {share(old[gone])}"
            yield Remark(
                f"`{gone}` is no longer read where `{phase.name}` begins; all other sources of `{before.name}` are",
                (Place(phase.name, "mix"), Place(before.name, f"mix.{gone}", had)),
                help=f"if it is meant, say so: `{gone} = 0%`",
            )


def _gone(old: Shares, new: Shares) -> str | None:
    """The one source that `new` does not name, where it names all others and nothing else."""
    missing = [name for name, had in old.items() if had and name not in new]
    same = len(missing) == 1 and len(new) >= OTHERS and new.keys() <= old.keys() and all(new.values())
    return missing[0] if same else None


def _left_nothing(plan: Plan, written: Origins) -> Iterator[Remark]:
    """Sources whose share came out as 0 % though something else is written for them."""
    for phase in plan.phases:
        shares = phase.mix.pieces[-1].stop.shares if phase.mix else {}
        lost = [name for name, part in shares.items() if not part and _said(written, phase.name, name) is False]
        if lost:
            names = ", ".join(f"`{name}`" for name in lost)
            yield Remark(
                f"nothing is left for {names} in the mixture of `{phase.name}`: the shares that `with` fixes are 100 %",
                (Place(phase.name, "mix"), *(Place(phase.name, f"mix.{name}", "this becomes 0%") for name in lost)),
                help=f"fix less than 100 %, or say that it is meant: `{lost[0]} = 0%`",
            )


def _said(written: Origins, phase: str, source: str) -> bool | None:
    """Whether the share of a source was written as 0; None where nobody wrote it."""
    span = written.span(phase, f"mix.{source}")
    return None if span is None else span.text.lstrip("(").startswith("0")
