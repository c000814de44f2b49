"""Which `param`s, `let`s, `mix`es and `group`s some values name, through one another and from file to file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mtdsl.frozen import Frozen
from mtdsl.lang import tree
from mtdsl.plan.names import Scope

Quiet = tree.Param | tree.Let | tree.Mix | tree.Group
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
        left.extend(reversed(list(_parts(value, scope))))


def _found(name: tree.Name, scope: Scope) -> Piece:
    """What a name stands for: a value of a `for`, or an item that does nothing by itself; None for anything else."""
    where, short = scope.within(name)
    if bound := where.local.get(short.parts[0]):
        return bound.expr, bound.scope
    found = where.module.names.get(short.parts[0])
    return (found.item, Scope(found.module)) if found and isinstance(found.item, Quiet) else (None, scope)


def _parts(value: object, scope: Scope) -> Iterator[Piece]:
    if isinstance(value, tuple):
        yield from ((part, scope) for part in value)
    elif isinstance(value, Frozen):
        if isinstance(value, tree.Mix | tree.Override):
            yield from _sources(value, scope)
        yield from ((part, scope) for part in vars(value).values() if isinstance(part, tuple | Frozen))


def _sources(mixture: tree.Mix | tree.Override, scope: Scope) -> Iterator[Piece]:
    """In a mixture's body names stand where attributes do elsewhere."""
    for entry in mixture.body.entries if mixture.body else ():
        yield tree.Name(entry.span, tuple(entry.name.split("."))) if isinstance(entry, tree.Attribute) else entry, scope
