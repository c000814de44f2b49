"""A stretch of positions that is not the stretch of the window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.registry.factories import Reaching
from mtdsl.view.numbers import length, plain
from mtdsl_lints.chain import widest
from mtdsl_lints.positions import UNKNOWN, positions

if TYPE_CHECKING:
    from mtdsl.plan.model import Phase, Plan, Plugin
    from mtdsl.plan.origins import Origins

ROUNDING = 0.99
FAR = 2


def factor_misses_window(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """Positions are stretched less than the window, or at least twice as far as any window that follows.

    Where they are stretched less, the last positions are ones that no training made sense of. Where they are stretched much
    further, neighbours lie closer together than they need to, which costs on short texts; mostly a factor that counts from
    the original window was written where it counts from the last one, or a phase copied it and it was applied twice.
    """
    rope, furthest = positions(plan, written.registry), widest(plan)
    for phase in plan.phases:
        extender = phase.context.extender
        if extender is None or rope[phase.name] is UNKNOWN:
            continue
        extension = written.registry.build("extender", extender.name, extender.params)
        if not isinstance(extension, Reaching):
            continue
        reach, window = extension.reach(rope[phase.name]), phase.context.end
        if not ROUNDING * window <= reach < FAR * furthest[phase.name]:
            far = f"`{extender.name}` stretches positions to {length(reach)}"
            yield Remark(
                f"{far}, and the window of `{phase.name}` is {length(window)}",
                (Place(phase.name, "context"),),
                help=_way_out(phase, extender),
            )


def _way_out(phase: Phase, extender: Plugin) -> str:
    window = phase.context.end
    if phase.context.start == window and extender.params.get("factor") is not None:
        return f"the window stays as it is here, and factors multiply: leave `factor` out of `{extender.name}`"
    grown = window / (phase.context.start or window)
    return f"the window grows {plain(grown)} times here; factors multiply where positions are stretched already"
