"""What the parts of a plan hold, asked by the names that its JSON has: `optimizer.beta2`, `asked.amount`, `lr.warmup.tokens`.

What stands in a list of the JSON (pieces of a curve, events) has no name and cannot be asked, unless what is in the list has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang.units import Dimension, Quantity
from mtdsl.plan import model
from mtdsl.plan.model import Asked, Curve, Evaluation, Known, Phase, Plugin
from mtdsl.plan.scalars import NUMBERS

OPEN = ("params", "facts", "scalars")
"""Tables whose entries are asked as if they stood where the table does: `p.clip`, `model.layers`."""

_BY_CLASS: Mapping[type[Any], Mapping[Dimension, tuple[str, ...]]] = {
    model.Parent: {"tokens": ("at",)},
    model.Run: {"steps": ("steps",)},
    model.Batch: {"length": ("length",)},
    model.Context: {"length": ("start", "end")},
    model.Gate: {"tokens": ("extend",)},
    model.Event: {"tokens": ("expect",)},
    Phase: {"tokens": ("tokens", "origin", "seen", "spent", "extended"), "steps": ("steps",)},
    model.Merge: {"tokens": ("seen", "spent"), "length": ("context",)},
    model.Totals: {"tokens": ("tokens",), "steps": ("steps",)},
    model.Warmup: {"tokens": ("tokens",), "steps": ("steps",), "rate": ("start",)},
    model.Source: {"tokens": ("tokens", "whole"), "length": ("longest",), "share": ("holdout",)},
    model.Model: {"length": ("window",)},
    model.Start: {"tokens": ("tokens",), "length": ("context", "window"), "rate": ("lr",), "steps": ("steps",)},
}
DIMENSIONS: Mapping[tuple[type[Any], str], Dimension] = {
    (made, name): dimension for made, found in _BY_CLASS.items() for dimension, names in found.items() for name in names
}
"""What the numbers of the plan's classes count, facts of a lock included; the others are plain numbers."""

UNITS: Mapping[str, Dimension] = {"tokens": "tokens", "steps": "steps", "epochs": "epochs", "sequences": "number"}


@node
class Held(Frozen):
    """One value of a plan. `moves`: it is a curve, or a number that could be one, and has a value at every point."""

    value: Any
    dimension: Dimension
    moves: bool = False


def held(part: Any, path: tuple[str, ...]) -> Held | None:
    """What a part of a plan holds under a path; None where it holds nothing of that name."""
    found = Held(part, "number")
    for name in path:
        following = next((item for own, item in _inside(found.value) if own == name), None)
        if following is None:
            return None
        found = following
    return found


def quantity_of(found: Held, span: Span, *, most: bool = False) -> Quantity:
    """The number that is held. Raises `Mistake` where it is none, moves, or is not known; a bound will do where `most` will."""
    value = found.value.value if isinstance(found.value, Known) else found.value
    if isinstance(found.value, Known) and (value is None or (found.value.certainty == "bounded" and not most)):
        least = "is not known" if value is None else f"is not known: at most {int(value):,}"
        raise mistake("size-unknown", f"`{span.text}` {least}", span, help=found.value.reason or None)
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Quantity(Fraction(value), found.dimension, span)
    raise mistake("not-a-number", f"`{span.text}` is no number{_what(value)}", span, help=_instead(value, span.text))


def stands_still(value: Any) -> bool:
    """Whether a value is a curve that has one value throughout."""
    return (
        isinstance(value, Curve)
        and value.warmup is None
        and all(piece.by is None and piece.stop == value.pieces[0].stop for piece in value.pieces)
    )


def _what(value: Any) -> str:
    if isinstance(value, str | bool):
        word = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        return f", it is `{word}`" if word else ", and nothing is written there"
    return ": there is none" if value is None else ""


def _instead(value: Any, asked: str) -> str | None:
    """What to ask of something that holds numbers, but is none."""
    if isinstance(value, Curve):
        return f"it moves: ask for `{asked}.start`, `{asked}.end` or `{asked}.at(50%)`"
    numbers = [f"`{asked}.{name}`" for name in numbers_in(value)]
    return f"ask for one: {', '.join(numbers)}" if numbers else None


def numbers_in(part: Any) -> Iterator[str]:
    """The paths of all numbers that a part of a plan holds; of one that moves, those of its two ends."""
    for name, item in _inside(part):
        if isinstance(item.value, int | Fraction | Known) and not isinstance(item.value, bool):
            yield name
        elif _moves(item.value):
            yield from (f"{name}.start", f"{name}.end")
        yield from (f"{name}.{more}" for more in numbers_in(item.value) if not isinstance(item.value, Known))


def _inside(part: Any) -> Iterator[tuple[str, Held]]:
    """What a part holds directly, by name."""
    if isinstance(part, Phase):
        yield from _unsaid(part)
    if isinstance(part, Mapping):
        yield from ((name, Held(value, "number", _moves(value))) for name, value in part.items())
    for field in fields(part) if is_dataclass(part) else ():
        value: Any = getattr(part, field.name)
        value = _optimizer(part) if isinstance(part, Phase) and field.name == "optimizer" else value
        if field.name in OPEN:
            moves = isinstance(part, Plugin | Phase)
            yield from ((name, Held(own, _dimension(part, name), moves)) for name, own in value.items())
        elif isinstance(value, tuple):
            yield field.name, Held({one.name: one for one in value if hasattr(one, "name")}, "number")
        else:
            yield field.name, Held(value, _dimension(part, field.name), _moves(value))


def _unsaid(phase: Phase) -> Iterator[tuple[str, Held]]:
    """The numbers of a phase that nobody said: their defaults, or the optimizer's own."""
    for name, number in NUMBERS.items():
        if name not in phase.scalars:
            value = phase.optimizer.params.get(name) if number.default is None else number.default
            yield name, Held(value, "number", moves=True)


def _moves(value: Any) -> bool:
    """Whether it is the curve of a number."""
    return isinstance(value, Curve) and isinstance(value.pieces[0].start, Fraction)


def _optimizer(phase: Phase) -> Plugin:
    """As the phase has it: what one of its numbers sets is not the optimizer's own."""
    own = {name: curve for name, curve in phase.scalars.items() if name in phase.optimizer.params}
    return Plugin(phase.optimizer.name, {**phase.optimizer.params, **own})


def _dimension(part: Any, name: str) -> Dimension:
    if isinstance(part, Asked | Evaluation) and name in ("amount", "every"):
        return UNITS[part.unit]
    return DIMENSIONS.get((type(part), name), "number")
