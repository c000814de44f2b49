"""What is said of a merge whose models do not have one window and one set of positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.plan.model import Param, Plugin
from mtdsl.plan.windows import shown

Shaped = tuple[int | None, Plugin | None]
"""A window in tokens, and the extender that shaped the positions; None of each where no text says it."""


def unlike(name: str, found: Sequence[tuple[str, Shaped]], starts: Callable[[str], bool], span: Span) -> Mistake:
    """The mistake of the merge `name`, whose nodes have these; `starts` tells a checkpoint made elsewhere."""
    (first, (window, rope)), (other, (another, bent)) = found[0], next(one for one in found if one[1] != found[0][1])
    if window != another:
        said = f"different windows: `{first}` {_window(window)}, `{other}` {_window(another)}"
        hint = "merge before the window grows, or let it grow alike in all of them"
    else:
        one, two = _positions(rope, starts(first)), _positions(bent, starts(other))
        said = f"different positions: `{first}` {one}, `{other}` {two}"
        hint = "change the positions alike in all of them, or behind the merge"
    return mistake("merge-unlike", f"`{name}` merges models of {said}", span, help=hint)


def _window(tokens: int | None) -> str:
    return "unknown" if tokens is None else shown(tokens)


def _positions(extender: Plugin | None, start: bool) -> str:
    if extender is not None:
        given = ", ".join(f"{key} = {_value(value)}" for key, value in extender.params.items() if value is not None)
        return f"{extender.name}({given})"
    return "says none of its own" if start else "those that its model began with"


def _value(value: Param) -> str:
    """`8M`, `4`, `0.5`."""
    if not isinstance(value, int | Fraction) or isinstance(value, bool):
        return str(value)
    scale, unit = next(((scale, unit) for scale, unit in ((10**9, "B"), (10**6, "M")) if value >= scale), (1, ""))
    return f"{float(Fraction(value) / scale):g}{unit}"
