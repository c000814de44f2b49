"""The prose in Python sources, read from the syntax tree without importing anything."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Holder = ast.stmt | ast.excepthandler | ast.match_case


def docstrings(source: str, module: str) -> str:
    """All docstrings of a module as one document, each below the dotted name of what it documents.

    Empty where there are none, or where the text is not of this Python's grammar.
    """
    tree = parsed(source)
    return "" if tree is None else "\n\n".join(f"{name}\n\n{text}" for name, text in _walk(tree, module))


def topics(source: str) -> Iterator[str]:
    """The texts of `pydoc_data/topics.py`, one document a topic, sorted by its key."""
    tree = parsed(source)
    for node in tree.body if tree else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            yield from (text for _, text in sorted(ast.literal_eval(node.value).items()))


def parsed(source: str) -> ast.Module | None:
    """The syntax tree, or None. Old sources are full of escapes that newer Pythons warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError):
            return None


def _walk(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Named | ast.Module) and (text := ast.get_docstring(node)):
        yield name, text
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Holder):
            yield from _walk(child, f"{name}.{child.name}" if isinstance(child, Named) else name)
