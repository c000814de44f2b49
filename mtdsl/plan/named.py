"""Which `param`s, `let`s, `mix`es and `group`s some values name, through one another and from file to file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mtdsl.lang import tree
from mtdsl.lang.inside import inside
from mtdsl.plan.names import Scope

Quiet = tree.Param | tree.Let | tree.Mix | tree.Group
_BLENDED = (tree.Mix, tree.Override)
Piece = tuple[object, Scope]
"""A piece of syntax, and where the names in it are looked up."""


def named(roots: Iterable[Piece]) -> Iterator[tuple[Quiet, Scope]]:
    """Each item once, in the order in which it is met, and where the names in it are looked up."""
    left, met = list(roots)[::-1], set[int]()
    while left:
        value, scope = left.pop()
        if isinstance(value, tree.Name):
            value, scope = _found(value, scope)
            if id(value) in met:
                continue
            met.add(id(value))
            if isinstance(value, Quiet):
                yield value, scope
        if parts := inside(value):
            left.extend([(part, scope) for part in reversed(parts)])
        if isinstance(value, _BLENDED):
            left.extend([(part, scope) for part in reversed(_sources(value))])


def _found(name: tree.Name, scope: Scope) -> Piece:
    """What a name stands for: a value of a `for`, or an item that does nothing by itself; None for anything else."""
    where, short = scope.within(name)
    if bound := where.local.get(short.parts[0]):
        return bound.expr, bound.scope
    found = where.module.names.get(short.parts[0])
    return (found.item, Scope(found.module)) if found and isinstance(found.item, Quiet) else (None, scope)


def _sources(mixture: tree.Mix | tree.Override) -> list[tree.Name]:
    """In a mixture's body names stand where attributes do elsewhere."""
    entries = [entry for entry in mixture.body.entries if isinstance(entry, tree.Attribute)] if mixture.body else []
    return [tree.Name(entry.span, tuple(entry.name.split("."))) for entry in entries]
