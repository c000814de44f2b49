"""Phases written out: `like` copied, `for` multiplied, every member with its own bindings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from mtdsl.diag import Fix, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.attributes import BUDGETS
from mtdsl.plan.drafts import Draft, Family, Key, Occasion, Written
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.names import Bound, Found, Scope, unknown_name
from mtdsl.plan.unbound import check_bound, unbound

MEMBERS = 10_000
"""Phases that a plan holds at most, of all families together."""


@node
class _Choice(Frozen):
    """One value of one `for`: what it binds, and whether and where it stands on a ladder."""

    keys: tuple[Key, ...]
    local: Mapping[str, Bound]
    rung: int | None
    rungs: int


class Families:
    """Expands phases on demand, so that `like` may name a phase declared later."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._done: dict[tuple[int, str], Family | None] = {}
        self._open: list[tuple[int, str]] = []
        self._members = 0

    def of(self, found: Found) -> Family:
        """The family of a `phase` item. Raises `Mistake`."""
        assert isinstance(found.item, tree.Phase)
        at = id(found.module), found.item.name
        if at in self._open:
            raise mistake("like-cycle", f"`{found.item.name}` is like itself", found.item.name_span)
        if at not in self._done:
            self._open.append(at)
            self._done[at] = None  # of a family that failed, the cause is told once
            try:
                self._done[at] = self._expand(found.item, Scope(found.module))
            finally:
                self._open.pop()
        family = self._done[at]
        if family is None:
            raise Mistake
        return family

    def keys(self, exprs: tuple[tree.Expr, ...], scope: Scope) -> tuple[Key, ...]:
        """The values in `anneal[42, hq]` in the form that members are compared by."""
        return tuple(self._key(expr, scope) for expr in exprs)

    def _expand(self, item: tree.Phase, scope: Scope) -> Family:
        self._count(item, scope)
        combined = list(product(*[list(self._choices(each, scope)) for each in item.each]))
        if not combined:
            raise mistake("empty-list", f"`{item.name}` has no members: `for` has nothing to choose from", item.each[0].span)
        names = _names(item.name, [tuple(key for choice in row for key in choice.keys) for row in combined], item)
        base = self._base(item, scope)
        return Family(
            item.name, tuple(self._member(item, scope, row, name, base) for row, name in zip(combined, names, strict=True))
        )

    def _member(self, item: tree.Phase, scope: Scope, row: tuple[_Choice, ...], name: str, base: Draft | None) -> Draft:
        inherited = base.scope.local if base else {}
        local = {**inherited, **{name: bound for choice in row for name, bound in choice.local.items()}}
        here = Scope(scope.module, local)
        copied = {name: _again(written, here) for name, written in base.attributes.items()} if base else {}
        own = {entry.name: Written(entry, here) for entry in item.body.entries if isinstance(entry, tree.Attribute)}
        copied |= _budget(own, copied)
        if base:
            check_bound(item, base, {name: written for name, written in copied.items() if name not in own})
        rung, rungs = _place(row)
        return Draft(
            name=name,
            family=item.name,
            keys=tuple(key for choice in row for key in choice.keys),
            rung=rung,
            rungs=rungs,
            branch=tuple(key for choice in row if choice.rung is None for key in choice.keys),
            item=item,
            scope=here,
            attributes={**copied, **own},
            whens=tuple(_whens(item, base, here)),
        )

    def _base(self, item: tree.Phase, scope: Scope) -> Draft | None:
        if item.like is None:
            return None
        found = scope.module.among(item.like.name, (tree.Phase,))
        if found is None:
            phases = [name for name, at in scope.module.names.items() if isinstance(at.item, tree.Phase)]
            raise unknown_name(item.like.name, item.like.span, phases, "phase")
        family = self.of(found)
        return self._one(item.like, found, scope) if item.like.keys else unbound(family)

    def _one(self, node: tree.Node, found: Found, scope: Scope) -> Draft:
        family = self.of(found)
        members = family.find(self.keys(node.keys, scope))
        if len(members) != 1:
            raise no_single(family, members, node.span)
        return members[0]

    def _count(self, item: tree.Phase, scope: Scope) -> None:
        """Counts the members before any is made, those of other families with them."""
        count = prod(self._length(each, scope) for each in item.each)
        if self._members + count > MEMBERS:
            message = f"`{item.name}` would have {count:,} members, and a plan holds at most {MEMBERS:,} phases"
            raise mistake("too-many-members", message, item.name_span)
        self._members += count

    def _length(self, each: tree.Each, scope: Scope) -> int:
        if each.ladder:
            return len(each.rungs)
        listed, _ = self._evaluator.resolve(each.rungs[0], scope)
        return len(listed.items) if isinstance(listed, tree.Items) else 1

    def _choices(self, each: tree.Each, scope: Scope) -> Iterator[_Choice]:
        if each.ladder:
            self._check_rows(each, scope)
            for at, rung in enumerate(each.rungs):
                yield _Choice(*self._rung(rung, each, scope), at, len(each.rungs))
            return
        listed, where = self._evaluator.resolve(each.rungs[0], scope)
        if not isinstance(listed, tree.Items):
            raise mistake("not-a-list", "`for ... in` takes a list, or rungs joined by `->`", each.rungs[0].span)
        for item in listed.items:
            keys, local = self._rung(item, each, where)
            yield _Choice(keys, local, None, 1)

    def _check_rows(self, each: tree.Each, scope: Scope) -> None:
        """Raises `Mistake` for `[32k, 64k] -> [1.5M, 5M]`: rungs hold a value for each name, not each name its values."""
        rows = [rung.items if isinstance(rung, tree.Items) else () for rung in each.rungs]
        if len(each.names) < 2 or {len(row) for row in rows} != {len(each.rungs)} or len(rows) != len(each.names):
            return
        kinds = [{self._kind(value, scope) for value in row} for row in rows]
        if any(len(kind) > 1 or None in kind for kind in kinds) or len(set(map(frozenset, kinds))) < len(rows):
            return
        turned = " -> ".join(f"[{', '.join(value.span.text for value in rung)}]" for rung in zip(*rows, strict=True))
        message = f"a rung has one value for each of {' and '.join(f'`{name.span.text}`' for name in each.names)}"
        fix = Fix.write(each.rungs[0].span.to(each.rungs[-1].span), turned, safe=False)
        raise mistake("not-a-list", message, each.rungs[0].span, help=f"write `{turned}`", fix=fix)

    def _kind(self, value: tree.Value, scope: Scope) -> tuple[str, bool] | None:
        """What sort of number a value is; None for all else."""
        found = self._evaluator.resolve(value, scope) if isinstance(value, tree.Number | tree.Name) else None
        if found is None or not isinstance(found[0], tree.Number):
            return None
        number = self._evaluator.number(*found)
        return number.dimension, number.scaled

    def _rung(self, value: tree.Value, each: tree.Each, scope: Scope) -> tuple[tuple[Key, ...], Mapping[str, Bound]]:
        parts = value.items if isinstance(value, tree.Items) else (value,)
        exprs = [part for part in parts if not isinstance(part, tree.Hold | tree.Ruled | tree.Move)]
        if moving := next((part for part in parts if part not in exprs), None):
            raise mistake("not-a-list", "a value that moves cannot name a member", moving.span)
        if len({name.parts[0] for name in each.names}) < len(each.names):
            raise mistake("declared-twice", "`for` gives one name to two values", each.span)
        if len(parts) != len(each.names):
            raise mistake(
                "not-a-list", f"{len(each.names)} names need {len(each.names)} values, here are {len(parts)}", value.span
            )
        local = {name.parts[0]: Bound(expr, scope) for name, expr in zip(each.names, exprs, strict=True)}
        return tuple(self._key(expr, scope) for expr in exprs), local

    def _key(self, expr: tree.Expr, scope: Scope) -> Key:
        found, where = self._evaluator.resolve(expr, scope)
        if isinstance(found, tree.Name):
            return Key(expr.span.text, found.parts)
        if isinstance(found, tree.String):
            return Key(found.value, found.value)
        return Key(expr.span.text, self._evaluator.number(found, where).value)


def _whens(item: tree.Phase, base: Draft | None, here: Scope) -> Iterator[Occasion]:
    """The copied ones, unless `when = none` leaves them out, then the phase's own."""
    unset = any(isinstance(entry, tree.Attribute) and entry.name == "when" for entry in item.body.entries)
    for when in base.whens if base and not unset else ():
        yield Occasion(when.item, _under(when.scope, here), copied=True)
    yield from (Occasion(entry, here) for entry in item.body.entries if isinstance(entry, tree.When))


def _place(row: tuple[_Choice, ...]) -> tuple[int, int]:
    """Which rung a member stands on, and of how many: of two ladders the inner one is climbed at each rung of the outer."""
    rung, rungs = 0, 1
    for choice in row:
        if choice.rung is not None:
            rung, rungs = rung * choice.rungs + choice.rung, rungs * choice.rungs
    return rung, rungs


def _names(family: str, rows: list[tuple[Key, ...]], item: tree.Phase) -> list[str]:
    """`anneal[42]`: as few values as tell a member from the others."""
    if rows == [()]:
        return [family]
    for alike in (lambda key: key.value, lambda key: key.shown):  # `"web"` and `web` are two values with one name
        first: dict[tuple[object, ...], tuple[Key, ...]] = {}
        for row in rows:
            before = first.setdefault(tuple(map(alike, row)), row)
            if before is not row:
                raise _same(family, before, row, item)
    counts = Counter(tuple(key.value for key in row[:size]) for row in rows for size in range(1, len(row)))
    names = [_short(row, counts) for row in rows]
    return [f"{family}[{', '.join(name)}]" for name in names]


def _same(family: str, one: tuple[Key, ...], other: tuple[Key, ...], item: tree.Phase) -> Mistake:
    shown = [", ".join(key.shown for key in row) for row in (one, other)]
    which = f"`{shown[0]}` stands there twice" if shown[0] == shown[1] else f"`{shown[0]}` and `{shown[1]}` are the same value"
    return mistake("declared-twice", f"two members of `{family}` would be one: {which}", item.each[0].span)


def _short(row: tuple[Key, ...], counts: Mapping[tuple[object, ...], int]) -> tuple[str, ...]:
    sizes = (size for size in range(1, len(row)) if counts[tuple(key.value for key in row[:size])] == 1)
    return tuple(key.shown for key in row[: next(sizes, len(row))])


def _again(written: Written, scope: Scope) -> Written:
    """A copied attribute: names are looked up where it was written, the new member's variables first."""
    return Written(written.attribute, _under(written.scope, scope))


def _under(scope: Scope, member: Scope) -> Scope:
    """Where a copied thing was written, the new member's variables first."""
    return Scope(scope.module, {**scope.local, **member.local})


def _budget(own: Mapping[str, Written], copied: Mapping[str, Written]) -> Mapping[str, Written]:
    """Writing one kind of budget replaces a copied one: the copied is left out."""
    if not any(unit in own for unit in BUDGETS):
        return {}
    return {unit: _unset(copied[unit]) for unit in BUDGETS if unit in copied and unit not in own}


def _unset(written: Written) -> Written:
    old = written.attribute
    return Written(tree.Attribute(old.span, old.name, tree.Name(old.span, ("none",)), old.name_span), written.scope)


def no_single(family: Family, members: Sequence[Draft], span: Span, asked: str = "") -> Mistake:
    """The error where `span` names `members`, none or several, in place of one; `asked` is what is asked of it (`.spent`)."""
    offered = [f"`{member.name}{asked}`" for member in (members or family.members)[:8]]
    named = span.text.removesuffix(asked)
    if not members:
        hint = f"there are {', '.join(offered)}"
        return mistake("unknown-name", f"`{named}` is no member of `{family.name}`", span, help=hint)
    message = f"`{named}` is {len(members)} phases, no single member: one is expected here"
    return mistake("unknown-name", message, span, help=f"write {' or '.join(offered)}")
