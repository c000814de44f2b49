"""The curve of a scheduler: the rate of the phase that stands under it."""

from __future__ import annotations

from collections.abc import Iterator

from mtdsl.view import columns, numbers
from mtdsl.view.technique.picture import Picture, Shown, area

POINTS, ROWS = 200, 8


def picture(shown: Shown) -> Picture:
    """The rate at about 200 steps of the phase, its warm-up included; positions are tokens from the phase's first."""
    phase = shown.plan.phases[0]
    points = [(point.tokens, point.lr or 0.0) for point in columns.of(shown.plan, shown.registry, POINTS)[0].points]
    high = max(rate for _, rate in points)
    top = numbers.rate(high)

    def lines(width: int) -> Iterator[str]:
        yield from area(points, width, ROWS, high, top)
        gutter, last = len(top) + 2, numbers.plural(phase.steps, "step")
        yield " " * gutter + "0" + last.rjust(width - gutter - 1)

    return Picture("the learning rate", {"points": [{"tokens": at, "lr": rate} for at, rate in points]}, lines)
