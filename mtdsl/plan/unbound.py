"""A family as something to be like: what it says without the values that `for` gave its members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mtdsl.diag import Label
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen
from mtdsl.lang import tree
from mtdsl.plan.drafts import Draft, Family, Written
from mtdsl.plan.names import Scope


def unbound(family: Family) -> Draft:
    """Its attributes and events, in which no value of its `for` has a name."""
    first = family.members[0]
    names = _names(first.item)
    local = {name: bound for name, bound in first.scope.local.items() if name not in names}
    attributes = {name: Written(at.attribute, _without(at.scope, names)) for name, at in first.attributes.items()}
    whens = tuple(replace(when, scope=_without(when.scope, names)) for when in first.whens)
    return replace(first, scope=Scope(first.scope.module, local), attributes=attributes, whens=whens)


def check_bound(item: tree.Phase, base: Draft, copied: Mapping[str, Written]) -> None:
    """Raises `Mistake` where what `item` has `copied` from a family needs a value of its `for` that nothing has here."""
    lost = _names(base.item)
    if item.like is None or item.like.keys or not lost:
        return
    for name, written in copied.items():
        found = next((used for used in _used(written.value) if used in lost and _nothing(used, written.scope)), None)
        if found is None:
            continue
        message = f"`{item.name}` copies `{name}` from the family `{base.family}`, and has no `{found}`"
        labels = Label(item.like.span, "copied here"), Label(written.span, f"`{found}` is a value of `for` here")
        hint = f"name a member, `like {base.name}`, write `{name}` in `{item.name}`, or give it a `for {found}` of its own"
        raise mistake("unknown-name", message, *labels, help=hint)


def _names(item: tree.Phase) -> set[str]:
    return {name.parts[0] for each in item.each for name in each.names}


def _without(scope: Scope, names: set[str]) -> Scope:
    return Scope(scope.module, {name: bound for name, bound in scope.local.items() if name not in names})


def _nothing(name: str, scope: Scope) -> bool:
    return name not in scope.local and name not in scope.module.names


def _used(value: object) -> Iterator[str]:
    """The names that a value looks something up by."""
    if isinstance(value, tree.Name):
        yield value.parts[0]
    elif isinstance(value, tuple | Frozen):
        for part in value if isinstance(value, tuple) else vars(value).values():
            yield from _used(part)
