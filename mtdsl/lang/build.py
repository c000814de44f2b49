"""From Lark's tree to the syntax tree of `mtdsl.lang.tree`, without recursion."""

from __future__ import annotations

from typing import Any

from lark import Token, Tree

from mtdsl.diag import Report, Span
from mtdsl.lang import build_items, build_values
from mtdsl.lang.place import Place

DEEPEST = 200
"""Levels that brackets and expressions may be nested; what reads the tree by recursion can rely on it."""

RULES = {**build_values.RULES, **build_items.RULES}


def build(tree: Tree[Token], place: Place) -> Any:
    """The value of `tree`; None, and an error, where it is nested too deep."""
    made: dict[int, Any] = {}
    depths: dict[int, int] = {}
    for node in tree.iter_subtrees():  # children come before their parents
        inner = [child for child in node.children if isinstance(child, Tree)]
        depth = 1 + max((depths[id(child)] for child in inner), default=0)
        span = Span(place.source, place.offset, place.offset) if node.meta.empty else place.span(node.meta)
        if depth > DEEPEST:
            too_deep(span, place.report)
            return None
        parts = [made[id(child)] if isinstance(child, Tree) else child for child in node.children]
        made[id(node)] = RULES[node.data](place, span, parts)
        depths[id(node)] = depth
    return made[id(tree)]


def too_deep(span: Span, report: Report) -> None:
    """Report that what `span` covers is nested too deep to be read."""
    first = Span(span.source, span.start, min(span.end, span.start + 1))
    report.error(
        "too-deep", f"this is nested more than {DEEPEST} levels deep", first, help="name its parts with `let` or `mix`"
    )
