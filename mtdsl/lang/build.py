"""From Lark's tree to the syntax tree of `mtdsl.lang.tree`, without recursion."""

from __future__ import annotations

from typing import Any

from lark import Token, Tree

from mtdsl.diag import Diagnostic, Label, Span
from mtdsl.lang import build_expressions, build_flow, build_items, build_values
from mtdsl.lang.place import Place

DEEPEST = 200
"""Levels that brackets and expressions may be nested; what reads the tree by recursion can rely on it."""

RULES = build_expressions.RULES | build_values.RULES | build_items.RULES | build_flow.RULES


_SPOKEN = frozenset({"NAME", "NUMBER", "UNIT", "STRING", "PACKAGE", "VERSION", "COMPARE"})
_WORDS = frozenset({"key", "top_key"})


def build(tree: Tree[Token], place: Place) -> Any:
    """The value of `tree`, which has all its tokens; raises `TooDeep`."""
    made: dict[int, Any] = {}
    extents: dict[int, tuple[int, int, int]] = {}
    for node in tree.iter_subtrees():  # children come before their parents
        known = [_extent(child, extents) for child in node.children]
        start, end = (known[0][0], known[-1][1]) if known else (0, 0)
        depth = 1 + max((levels for _, _, levels in known), default=0)
        span = Span(place.source, place.offset + start, place.offset + end)
        if depth > DEEPEST:
            raise TooDeep(span)
        parts = [made[id(child)] if isinstance(child, Tree) else child for child in node.children if _speaks(child, node)]
        made[id(node)] = RULES[node.data](place, span, parts)
        extents[id(node)] = (start, end, depth)
    return made[id(tree)]


def _extent(child: Tree[Token] | Token, extents: dict[int, tuple[int, int, int]]) -> tuple[int, int, int]:
    if isinstance(child, Tree):
        return extents[id(child)]
    start = child.start_pos or 0
    return start, start + len(child), 0


def _speaks(child: Tree[Token] | Token, parent: Tree[Token]) -> bool:
    return isinstance(child, Tree) or child.type in _SPOKEN or parent.data in _WORDS


class TooDeep(Exception):
    """What `span` covers is nested too deep to be read."""

    def __init__(self, span: Span) -> None:
        super().__init__(span)
        first = Span(span.source, span.start, min(span.end, span.start + 1))
        message = f"this is nested more than {DEEPEST} levels deep"
        self.diagnostic = Diagnostic("too-deep", "error", message, (Label(first),), "name its parts with `let` or `mix`")
