"""The JSON Schema (2020-12) of a plan as `mtdsl.plan.document` writes it, made from the Plan's own classes."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, Literal, get_args, get_origin

from mtdsl.plan.codec import hints_of
from mtdsl.plan.derived import ADDED, LEFT_OUT, REPLACED, optional
from mtdsl.plan.model import Plan
from mtdsl.plan.values import Plugin

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
NUMBER: Schema = {
    "description": "An exact number: a JSON number where its shortest decimal is exact, else a ratio as text, such as 1/3.",
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+/\d+$"}],
}
PARAM: Schema = {
    "description": "A parameter of a technique. Text that looks like a ratio is {text}, a number that moves {curve}, a "
    "technique of its own {technique}.",
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        {"type": "array", "items": {"$ref": "#/$defs/Param"}},
        {"type": "object", "additionalProperties": {"$ref": "#/$defs/Param"}},
    ],
}
PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    Fraction: {"$ref": "#/$defs/Number"},
}


def schema() -> Schema:
    """The schema of a plan. Every object is closed: a key that is not in it is an error of the plan or of this."""
    defs: dict[str, Schema] = {"Number": NUMBER, "Param": PARAM}
    whole = _object(Plan, {}, defs)
    return {"$schema": DIALECT, "title": "A plan of mtdsl", **whole, "$defs": dict(sorted(defs.items()))}


def of_type(kind: Any, defs: dict[str, Schema], bound: Mapping[Any, Any] | None = None) -> Schema:
    """The schema of one annotation; classes that it names are added to `defs`, `bound` says what stands for `V`."""
    kind = (bound or {}).get(kind, kind)
    origin, args = get_origin(kind), get_args(kind)
    if {str, Plugin} <= set(args):  # `Param`, which names itself and so is never equal to itself
        return {"$ref": "#/$defs/Param"}
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is Literal:
        return {"enum": list(args)}
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [of_type(arg, defs, bound) for arg in args]}
    if origin is tuple:
        return {"type": "array", "items": of_type(args[0], defs, bound)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": of_type(args[1], defs, bound)}
    return _reference(kind, origin, [(bound or {}).get(arg, arg) for arg in args], defs)


def _reference(kind: Any, origin: Any, args: list[Any], defs: dict[str, Schema]) -> Schema:
    made: Any = origin or kind
    held = is_dataclass(made)
    if not held:
        raise TypeError(f"a plan holds no {kind}")
    name = "Of".join([made.__name__, *(arg.__name__ for arg in args)])
    if name not in defs:
        defs[name] = {}  # a class may hold itself
        defs[name] = _object(made, dict(zip(getattr(made, "__parameters__", ()), args, strict=True)), defs)
    return {"$ref": f"#/$defs/{name}"}


def _object(made: Any, bound: Mapping[Any, Any], defs: dict[str, Schema]) -> Schema:
    """A class: its fields as the codec writes them, and what the document adds beside them."""
    hints, left = hints_of(made), LEFT_OUT.get(made, ())
    own = {field.name: of_type(hints[field.name], defs, bound) for field in fields(made) if field.name not in left}
    added = ADDED.get((made, *bound.values()), {})
    properties = {**own, **{name: {**of_type(kind, defs), "description": text} for name, (kind, text) in added.items()}}
    for name in REPLACED.get(made, ()):
        properties[name] = {"anyOf": [properties[name], {"type": "null"}]}
    rare = [field.name for field in fields(made) if field.metadata]
    required = [name for name in properties if name not in (*optional(made), *rare)]
    return {
        "description": " ".join((inspect.getdoc(made) or "").split()),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
