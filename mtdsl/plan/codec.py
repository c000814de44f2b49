"""A Plan as JSON and back.

Exact numbers are JSON numbers where a number's shortest decimal is exact, else text such as `"1/3"`. Curves carry their two
ends, `start` and `end`, for readers that want no more; reading a plan back looks at the pieces only.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_origin

from mtdsl.plan import values
from mtdsl.plan.values import Curve, Plugin

TEXT, CURVE, TECHNIQUE = "text", "curve", "technique"


def encode(value: Any) -> Any:
    """A part of a plan as JSON values."""
    if isinstance(value, Fraction):
        return number(value)
    if isinstance(value, Mapping):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if is_dataclass(value):
        hints = hints_of(value.__class__)
        return {
            field.name: (parameters if _is_params(hints[field.name]) else encode)(getattr(value, field.name))
            for field in fields(value)
            if not (field.metadata and getattr(value, field.name) == field.default)
        }
    return value


def parameters(value: Any) -> Any:
    """A plugin's parameters: what JSON has no word for says what it is, text that looks like an exact number included."""
    if isinstance(value, Curve | Plugin):
        return {CURVE if isinstance(value, Curve) else TECHNIQUE: encode(value)}
    if isinstance(value, str):
        return {TEXT: value} if _is_ratio(value) else value
    if isinstance(value, Mapping):
        return {name: parameters(item) for name, item in value.items()}
    return [parameters(item) for item in value] if isinstance(value, tuple | list) else encode(value)


def _is_params(hint: Any) -> bool:
    """Whether a field is `Mapping[str, Param]`: each value one of several kinds."""
    args = get_args(hint)
    kinds = get_args(args[1]) if len(args) == 2 and get_origin(args[1]) in (types.UnionType, typing.Union) else ()
    return len([kind for kind in kinds if kind is not type(None)]) > 1


def number(value: Fraction) -> int | float | str:
    """An exact number: `2`, `0.0002` or `"1/3"`."""
    if value.denominator == 1:
        return value.numerator
    near = float(value)
    return near if Fraction(repr(near)) == value else str(value)


def decode(kind: Any, value: Any) -> Any:
    """A part of a plan from JSON values, by its annotation. Raises `TypeError`, `KeyError` or `ValueError` for others."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _first_that_reads([arg for arg in args if arg is not type(None)], value)
    if kind is Fraction:
        return exact(value)
    if kind in (bool, int, str) and type(value) is not kind:
        raise TypeError(f"{kind.__name__} is expected, not {value!r}")
    if origin is tuple:
        return tuple(decode(args[0], item) for item in value)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return {name: decode(args[1], item) for name, item in value.items()}
    if is_dataclass(origin or kind):
        return _dataclass(origin or kind, args, value)
    return value


def exact(value: Any) -> Fraction:
    """The number that `number` wrote. Raises `TypeError` or `ValueError` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(f"a number is expected, not {value!r}")
    try:
        return Fraction(repr(value) if isinstance(value, float) else value)
    except ZeroDivisionError as error:
        raise ValueError(f"{value!r} is no number") from error


def _first_that_reads(kinds: list[Any], value: Any) -> Any:
    """A parameter may be a number, text, a truth value, or a list or table of these: JSON says which."""
    if len(kinds) == 1:
        return decode(kinds[0], value)
    return param(value)


def param(value: Any) -> Any:
    """A plugin's parameter: numbers become exact, everything else stays."""
    if isinstance(value, float) or (isinstance(value, str) and _is_ratio(value)):
        return exact(value)
    if isinstance(value, list):
        return tuple(param(item) for item in value)
    if isinstance(value, dict) and set(value) == {TEXT}:
        return value[TEXT]
    if isinstance(value, dict) and set(value) == {CURVE}:
        return decode(Curve[Fraction], value[CURVE])
    if isinstance(value, dict) and set(value) == {TECHNIQUE}:
        return decode(Plugin, value[TECHNIQUE])
    return {name: param(item) for name, item in value.items()} if isinstance(value, dict) else value


def _is_ratio(text: str) -> bool:
    top, slash, bottom = text.partition("/")
    return slash == "/" and top.lstrip("-").isdigit() and bottom.isdigit()


def _dataclass(kind: Any, args: tuple[Any, ...], value: Mapping[str, Any]) -> Any:
    hints, variable = hints_of(kind), getattr(kind, "__parameters__", ())
    bound = dict(zip(variable, args, strict=False))
    return kind(**{name: decode(_filled(hint, bound), value[name]) for name, hint in hints.items() if name in value})


def _filled(hint: Any, bound: Mapping[Any, Any]) -> Any:
    """`tuple[Piece[V], ...]` with what stands for `V`."""
    if hint in bound:
        return bound[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(bound.get(at, at) for at in parameters)] if parameters and bound else hint


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """The annotations of a class of the plan."""
    return typing.get_type_hints(kind, localns=vars(values))  # where `Param` was defined: it names kinds in quotes
