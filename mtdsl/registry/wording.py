"""What a parameter takes, in the words of a recipe's author."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any, Literal, get_args, get_origin

from mtdsl.registry.parameters import DIMENSIONS, UNIONS, Parameter


def takes(parameter: Parameter) -> str:
    """`a number, at least 0 and at most 1`, `a list of numbers`, `a scheduler`, `"token" or "mean"`, ..."""
    said = f"a technique: {_article(parameter.technique)}" if parameter.technique else _unit(parameter) or _type(parameter)
    said += f", {parameter.bound}" if parameter.bound else ""
    return said + (", or an arrow" if parameter.scheduled else "")


def default(parameter: Parameter) -> str:
    """A default as a recipe writes it; empty where there is none, `left out` for none."""
    return "" if parameter.required else "left out" if parameter.default is None else _value(parameter.default)


def _unit(parameter: Parameter) -> str:
    unit = DIMENSIONS.get(parameter.dimension or "", "")
    return f"a list, each {unit}" if unit and get_origin(parameter.type) is tuple else unit


def _type(parameter: Parameter) -> str:
    return _words(parameter.type, "a name" if parameter.word else "text in quotes")


def _words(kind: Any, text: str) -> str:
    if get_origin(kind) is Annotated:
        return _words(get_args(kind)[0], text)
    if get_origin(kind) is Literal:
        return " or ".join(_value(option) for option in get_args(kind))
    if get_origin(kind) in UNIONS:
        return " or ".join(_words(option, text) for option in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list, each {_words(get_args(kind)[0], text)}"
    plain = {bool: "true or false", int: "a whole number", float: "a number", Fraction: "a number", str: text}
    return plain.get(kind, "a value")


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, float):
        return f"{value:g}" if float(f"{value:g}") == value else repr(value)
    return f"{value:_}" if isinstance(value, int) else str(value)
