"""A source that is lost without a word."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.view.numbers import share
from mtdsl_lints.mixes import changes

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan
    from mtdsl.plan.origins import Origins

OTHERS = 2
"""Of one source alone the others are no list: it may have taken the place of both."""


def source_vanishes(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A source is read no longer, and the recipe does not say so.

    Either shares that `with` fixes leave 0 % to the rest, or a mixture lists all sources of the phase before but one, two
    others at least, and nothing new. What a model no longer sees it forgets; a share of 0 % says that this is meant.
    """
    whole = {source.name: source.of or source.name for source in plan.sources}
    for before, old, phase, new in changes(plan):
        read = {whole[name] for name in new}  # of a source that is read in part, no part is lost
        gone = {name: written.shares(phase.name, name) for name in old if whole[name] not in read}
        stands = phase.mix is not None and len(phase.mix.pieces) == 1 and phase.mix.pieces[0].by is None
        left = [name for name, span in gone.items() if stands and span and not span.text.lstrip("(").startswith("0")]
        silent = [name for name, span in gone.items() if span is None]
        if left:
            names = ", ".join(f"`{name}`" for name in left)
            yield Remark(
                f"nothing is left for {names} in the mixture of `{phase.name}`: the shares that `with` fixes are 100 %",
                (Place(phase.name, "mix"), *(Place(phase.name, f"mix.{name}", "this becomes 0%") for name in left)),
                help=f"fix less than 100 %, or say that it is meant: `{left[0]} = 0%`",
            )
        elif len(gone) == len(silent) == 1 and len(new) >= OTHERS and new.keys() <= old.keys():
            had = f"`{before.name}` has {share(old[silent[0]])}"
            yield Remark(
                f"`{silent[0]}` is no longer read where `{phase.name}` begins; all other sources of `{before.name}` are",
                (Place(phase.name, "mix"), Place(before.name, f"mix.{silent[0]}", had)),
                help=f"if it is meant, say so: `{silent[0]} = 0%`",
            )
