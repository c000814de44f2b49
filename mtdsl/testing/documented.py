"""Which of a dataclass's parameters its author says something of."""

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
    own = [base for base in factory.__mro__ if base.__module__ not in ("builtins", "typing", "mtdsl.frozen")]
    said = " ".join(base.__doc__ or "" for base in own)
    below = {name for base in own for name in _described(base)}
    return [name for name in names if name not in below and not _mentioned(name, said)]


def explained(factory: type[Any]) -> bool:
    """Whether a class has a docstring: one that `dataclass` wrote, its name and its fields, is none."""
    said = (factory.__doc__ or "").strip()
    return bool(said) and not said.startswith(f"{factory.__name__}(")


def _mentioned(name: str, text: str) -> bool:
    """Whether a text has the name in backticks: `decay`, or in a call or an assignment, `power(decay = 1)`."""
    return any(re.search(rf"\b{name}\b", part) for part in re.findall(r"`([^`]+)`", text))


def _described(factory: type[Any]) -> Iterator[str]:
    """The fields below which a text stands, as far as the source is there."""
    try:
        body = ast.parse(dedent(inspect.getsource(factory))).body[0]
    except (OSError, TypeError):
        return
    if isinstance(body, ast.ClassDef):
        for field, text in pairwise(body.body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and _is_text(text):
                yield field.target.id


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
