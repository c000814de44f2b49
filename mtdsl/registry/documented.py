"""What a technique's author says of it, and of each of its parameters."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import Any


def undocumented(factory: type[Any], names: tuple[str, ...]) -> list[str]:
    """The names that no docstring of the class (or of one that it extends) has in backticks, and no text below the field."""
    said = " ".join(base.__doc__ or "" for base in _own(factory))
    below = _below(factory)
    return [name for name in names if name not in below and not _mentioned(name, said)]


def said_of(factory: type[Any], names: tuple[str, ...]) -> dict[str, str]:
    """What is said of each parameter: the text below its field, or the first part of a docstring that begins with or has it.

    A part is a sentence, or what a semicolon parts from the rest of one; empty where nothing names the parameter.
    """
    below, parts = _below(factory), [part for base in _own(factory) for part in _parts(inspect.getdoc(base) or "")]
    return {name: below.get(name) or _first(name, parts) for name in names}


def _own(factory: type[Any]) -> list[type[Any]]:
    """The class and those that it extends, but for Python's and mtdsl's own."""
    return [base for base in factory.__mro__ if base.__module__ not in ("builtins", "typing", "mtdsl.frozen")]


def _below(factory: type[Any]) -> dict[str, str]:
    return {name: text for base in reversed(_own(factory)) for name, text in _described(base)}


def _parts(text: str) -> list[str]:
    return [part.rstrip(".") for part in re.split(r"(?<=[.)])\s+(?=[A-Z`])|;\s+|\n\n+", text) if part]


def _first(name: str, parts: list[str]) -> str:
    """The part that begins with the parameter, else the first one that has it, on one line."""
    begins = (part for part in parts if part.startswith(f"`{name}`"))
    mentions = (part for part in parts if _mentioned(name, part))
    return " ".join(next(begins, next(mentions, "")).split())


def explained(factory: type[Any]) -> bool:
    """Whether a class has a docstring: one that `dataclass` wrote, its name and its fields, is none."""
    said = (factory.__doc__ or "").strip()
    return bool(said) and not said.startswith(f"{factory.__name__}(")


def _mentioned(name: str, text: str) -> bool:
    """Whether a text has the name in backticks: `decay`, or in a call or an assignment, `power(decay = 1)`."""
    return any(re.search(rf"\b{name}\b", part) for part in re.findall(r"`([^`]+)`", text))


def _described(factory: type[Any]) -> Iterator[tuple[str, str]]:
    """The fields below which a text stands, and the text, as far as the source is there."""
    try:
        body = ast.parse(dedent(inspect.getsource(factory))).body[0]
    except (OSError, TypeError):
        return
    if isinstance(body, ast.ClassDef):
        for field, text in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _text(text):
                yield field.target.id, " ".join(_text(text).split())


def _text(node: ast.stmt) -> str:
    """A text that stands alone; empty where the statement is none."""
    alone = node.value.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else ""
    return alone if isinstance(alone, str) else ""
