"""The parameters of a plugin as JSON Schema (2020-12), as a plan's JSON holds them."""

from __future__ import annotations

import inspect
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

from mtdsl.registry.constraints import Bound
from mtdsl.registry.entries import Entry, loaded
from mtdsl.registry.parameters import UNIONS, Parameter, parameters

DIALECT = "https://json-schema.org/draft/2020-12/schema"
RATIO = {"type": "string", "pattern": r"^-?\d+/\d+$"}
"""How a plan writes a number that no decimal says exactly."""


def schema_of(entry: Entry) -> dict[str, Any]:
    """An object with a property a parameter. Raises `Failed` where the plugin cannot be loaded."""
    factory = loaded(entry)
    known = parameters(factory)
    return {
        "$schema": DIALECT,
        "title": f"{entry.kind} {entry.name}",
        "description": " ".join((inspect.getdoc(factory) or "").split()),
        "type": "object",
        "properties": {parameter.name: _property(parameter) for parameter in known},
        "required": [parameter.name for parameter in known if parameter.required],
        "additionalProperties": False,
    }


def _property(parameter: Parameter) -> dict[str, Any]:
    options = [_type(parameter.type, parameter.bound), *_ratio(parameter.type)]
    if parameter.scheduled or parameter.technique:
        options.append({"type": "object"})
    if parameter.optional:
        options.append({"type": "null"})
    said = {"description": f"in {parameter.dimension}"} if parameter.dimension else {}
    default = {} if parameter.required or _object(parameter.default) else {"default": parameter.default}
    return {**_any(*options), **said, **default}


def _any(*options: dict[str, Any]) -> dict[str, Any]:
    return options[0] if len(options) == 1 else {"anyOf": [*options]}


def _ratio(kind: Any) -> list[dict[str, Any]]:
    return [RATIO] if kind in (float, Fraction) else []


def _type(kind: Any, bound: Bound | None) -> dict[str, Any]:
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if get_origin(kind) in UNIONS:
        return {"anyOf": [_type(option, bound) for option in get_args(kind)]}
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return {"type": "array", "items": _any(_type(inner, bound), *_ratio(inner))}
    names = {bool: "boolean", int: "integer", float: "number", Fraction: "number", str: "string"}
    return {"type": names[kind], **_ends(bound)} if kind in names else {}


def _ends(bound: Bound | None) -> dict[str, float]:
    ends: dict[str, float] = {}
    if bound is not None and bound.low is not None:
        ends["exclusiveMinimum" if bound.open_low else "minimum"] = bound.low
    if bound is not None and bound.high is not None:
        ends["exclusiveMaximum" if bound.open_high else "maximum"] = bound.high
    return ends


def _object(value: Any) -> bool:
    """Whether a default is more than JSON has a word for."""
    return not isinstance(value, str | bool | int | float | tuple | None)
