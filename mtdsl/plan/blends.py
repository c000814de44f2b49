"""Mixtures: shares of tokens by source, with algebra, nesting, `with`, and rules that choose weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from math import prod
from typing import cast

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import Mistake, attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan.alternating import check_weighs, taking_turns
from mtdsl.plan.blending import ONE, added, normal, scaled, summed, total, without
from mtdsl.plan.curves import names_of
from mtdsl.plan.edits import as_parts
from mtdsl.plan.entries import entries_of
from mtdsl.plan.evaluate import Evaluator, moves, unquoted
from mtdsl.plan.model import Blend, Rule
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques
from mtdsl.plan.shares import not_whole
from mtdsl.plan.views import EVERY, Lengths, lengths_of, shown

Blocks = dict[str, Blend]
Ended = Callable[[tree.Name | tree.Member, Scope], Blend]
"""The mixture that `trunk.mix` asks for: what the phase ended with. Raises `Mistake`."""
TOLERANCE = Fraction(1, 10**6)


class Blends:
    """Reads mixtures and remembers the sources they name."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques, report: Report, ended: Ended) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._report = report
        self._ended = ended
        self.sources: dict[str, Found] = {}
        self.views: dict[str, tuple[str, Lengths]] = {}
        self.told: set[str] = set()
        self._open: list[tree.Mix] = []
        self._done: dict[int, Blend] = {}
        self._whole: set[int] = set()  # of those in `_done`, declared mixes: their shares are known to sum to 1
        self._numbers: dict[int, bool] = {}
        self._bodies: dict[int, tuple[Blend, Blocks]] = {}
        self._now: Blend | None = None

    @contextmanager
    def now(self, blend: Blend | None) -> Iterator[None]:
        """While an event's mixture is read, `mix` is the one in force."""
        self._now = blend
        try:
            yield
        finally:
            self._now = None

    def read(self, expr: tree.Expr, scope: Scope) -> Blend:
        """A whole mixture: its shares sum to 1. Raises `Mistake`."""
        blend = self._read(expr, scope)
        if id(blend) in self._whole:
            return blend
        whole = total(blend)
        if abs(whole - ONE) > TOLERANCE:
            raise not_whole(whole, expr.span, bare=self._bare(expr, scope))
        return normal(scaled(blend, ONE / whole))

    def ruled(self, value: tree.Ruled, scope: Scope) -> Blend:
        """`base by temperature(tau = 2)`: a rule over a mixture's sources, which knows their shares."""
        base = self.read(value.value, scope)
        sources = {name: base.shares.get(name) for name in names_of(base)}
        mixer = self._techniques.bind("mixer", value.by, scope)
        check_weighs(mixer, base, self._techniques, value.by.span)
        return Blend(rules=(Rule(ONE, mixer, sources, base.rules),))

    def _read(self, expr: tree.Expr, scope: Scope) -> Blend:
        match expr:
            case tree.Name():
                return self._named(expr, scope)
            case tree.Member():
                return self._ended(expr, scope)
            case tree.Binary(op="+"):
                first, rest = tree.chain(expr, "+")
                return added(self._read(first, scope), *(self._read(step.right, scope) for step in rest))
            case tree.Binary(op="*"):
                return self._times(expr, scope)
            case tree.Override():
                return self._override(expr, scope)[0]
            case tree.Call():
                return self._call(expr, scope)
        message, (hint, fix) = "a mixture is expected here: a source, a `mix`, or `90% * a + 10% * b`", unquoted(expr)
        raise mistake("not-a-mix", message, expr.span, help=hint, fix=fix)

    def _named(self, expr: tree.Name, scope: Scope) -> Blend:
        if self._now is not None and expr.parts == ("mix",):
            return self._now
        found, home = self._evaluator.resolve(expr, scope)
        if not isinstance(found, tree.Name):
            return self._let(found, home)
        where, short = home.within(found)
        named = where.find(short if len(short.parts) == 1 else tree.Name(short.span, short.parts[:1]))
        if isinstance(named, Found) and isinstance(named.item, tree.Phase | tree.Merge | tree.Start):
            return self._ended(short, where)
        if not isinstance(named, Found) or not isinstance(named.item, tree.Data | tree.Mix) or len(short.parts) > 1:
            if short.parts[0] in where.module.again:
                raise Mistake
            if self._techniques.knows("mixer", expr.span.text):
                hint = f"name what it chooses among: `{expr.span.text}(web, code)`"
                raise mistake("not-a-mix", f"`{expr.span.text}` is a rule, and no mixture by itself", expr.span, help=hint)
            raise unknown_name(".".join(found.parts), expr.span, home.known(), "source or mix")
        if isinstance(named.item, tree.Data):
            return self._source(named, expr.span)
        return self.mix(named)

    def _let(self, found: tree.Expr, home: Scope) -> Blend:
        """What a name stands for, read once where no `for` and no event can change it."""
        if home.local or self._now is not None:
            return self._read(found, home)
        if id(found) not in self._done:
            self._done[id(found)] = self._read(found, home)
        return self._done[id(found)]

    def source(self, name: str, scope: Scope, span: Span) -> None:
        """Keep a source that something else than a mixture reads. Raises `Mistake` for a name that is none."""
        found = scope.module.names.get(name)
        if found is None or not isinstance(found.item, tree.Data):
            known = [other for other, at in scope.module.names.items() if isinstance(at.item, tree.Data)]
            raise unknown_name(name, span, known, "source")
        self._source(found, span)
        self.told.add(name)

    def _source(self, found: Found, span: Span) -> Blend:
        name = found.item.name
        if self.sources.setdefault(name, found).item is not found.item:
            raise mistake("declared-twice", f"two files declare a source `{name}`, and this recipe uses both", span)
        return Blend({name: ONE})

    def mix(self, found: Found) -> Blend:
        """A declared `mix`. Raises `Mistake`."""
        assert isinstance(found.item, tree.Mix)
        if self._now is None and (done := self._done.get(id(found.item))):
            return done
        if any(item is found.item for item in self._open):
            raise mistake("value-cycle", f"`{found.item.name}` needs itself", found.item.name_span)
        self._open.append(found.item)
        try:
            blend = self._declared(found.item, Scope(found.module))
        finally:
            self._open.pop()
        if self._now is None:
            self._done[id(found.item)] = blend = normal(blend)
            self._whole.add(id(blend))
        return blend

    def _declared(self, item: tree.Mix, scope: Scope) -> Blend:
        if item.body is not None:
            return self._body(item.body, scope, item.name_span)[0]
        value = item.value
        if isinstance(value, tree.Ruled):
            return self.ruled(value, scope)
        if value is None or isinstance(value, tree.Hold | tree.Move):
            raise mistake("not-a-mix", "a `mix` stands still; the phase's `mix` moves", item.span)
        return self.read(value, scope)

    def _body(self, body: tree.Body, scope: Scope, span: Span) -> tuple[Blend, Blocks]:
        """The mixture, and what each entry is of it; read once where no `for` and no event can change it."""
        if scope.local or self._now is not None:
            return self._read_body(body, scope, span)
        if id(body) not in self._bodies:
            self._bodies[id(body)] = self._read_body(body, scope, span)
        return self._bodies[id(body)]

    def _read_body(self, body: tree.Body, scope: Scope, span: Span) -> tuple[Blend, Blocks]:
        entries = entries_of(body)
        if not entries:
            raise mistake("not-a-mix", "this mix is empty", span)
        parts = {name: self._amount(at, scope) for name, at in entries.items()}
        whole = attempt(self._report, lambda: self._whole_of(parts, body, span))
        found = {name: attempt(self._report, partial(self._entry, at, scope)) for name, at in entries.items()}
        blends = {name: blend for name, blend in found.items() if blend is not None}
        if whole is None or len(blends) < len(found):
            raise Mistake
        shares = any(is_share for _, is_share in parts.values())
        blocks = {name: scaled(blends[name], amount if whole == ONE else amount / whole) for name, (amount, _) in parts.items()}
        if not shares and whole != ONE and abs(whole - ONE) <= Fraction(1, 100):
            message = f"the parts sum to {float(whole):g}, nearly 1: were shares meant?"
            self._report.warning("parts-nearly-one", message, span, help="parts are normalised; write shares with `%`")
        return added(*blocks.values()), blocks

    def _whole_of(self, parts: Mapping[str, tuple[Fraction, bool]], body: tree.Body, span: Span) -> Fraction:
        """What the parts of a mix sum to; shares are a whole. Raises `Mistake`."""
        whole = summed([amount for amount, _ in parts.values()])
        shares = any(is_share for _, is_share in parts.values())
        if shares and (not all(is_share for _, is_share in parts.values()) or abs(whole - ONE) > TOLERANCE):
            bare = [entry.value.span for name, entry in entries_of(body).items() if not parts[name][1]]
            raise not_whole(whole, span, as_parts(body), bare=bare)
        if whole <= 0:
            raise mistake("mix-not-100", "the parts of this mix sum to 0", span)
        return whole

    def _amount(self, entry: tree.Attribute, scope: Scope) -> tuple[Fraction, bool]:
        """The part of an entry, and whether it is written as a share."""
        if isinstance(entry.value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-mix", "a share stands still; the phase's `mix` moves", entry.value.span)
        amount = self._evaluator.number(entry.value, scope)
        if amount.value < 0 or amount.dimension not in ("share", "number"):
            raise mistake("unit-mismatch", "a share such as `85%`, or a part, is expected here", amount.span)
        return amount.value, amount.dimension == "share"

    def _entry(self, entry: tree.Attribute, scope: Scope) -> Blend:
        """What an entry is a part of."""
        return self._named(tree.Name(entry.name_span, (entry.name,)), scope)

    def _times(self, expr: tree.Binary, scope: Scope) -> Blend:
        first, rest = tree.chain(expr, "*")
        factors = [first, *(step.right for step in rest)]
        blends = [factor for factor in factors if not self._numeric(factor, scope)]
        if len(blends) != 1:
            raise mistake("not-a-mix", "one side of `*` must be a share such as `90%`, the other a mixture", expr.span)
        shares = (self._share(factor, scope) for factor in factors if factor is not blends[0])
        return scaled(self._read(blends[0], scope), prod(shares, start=ONE))

    def _share(self, factor: tree.Expr, scope: Scope) -> Fraction:
        amount = self._evaluator.number(factor, scope)
        if amount.dimension not in ("share", "number") or amount.value < 0:
            raise mistake("unit-mismatch", "a share such as `90%` is expected here", factor.span)
        return amount.value

    def _bare(self, expr: tree.Expr, scope: Scope) -> list[Span]:
        """The factors of a sum that are written without `%`."""
        first, rest = tree.chain(expr, "+")
        terms = [tree.chain(term, "*") for term in (first, *(step.right for step in rest))]
        sides = [side for start, steps in terms if steps for side in (start, *(step.right for step in steps))]
        factors = [self._evaluator.number(side, scope) for side in sides if self._numeric(side, scope)]
        return [factor.span for factor in factors if factor.dimension == "number" and factor.value > 1]

    def _numeric(self, expr: tree.Expr, scope: Scope) -> bool:
        """Whether an expression is a number, told from how it is written: its names are looked into once."""
        found, where = self._evaluator.resolve(expr, scope)
        if isinstance(found, tree.Binary):
            if where.local or id(found) not in self._numbers:
                first, rest = tree.chain(found, "+", "-", "*", "/", "x")
                self._numbers[id(found)] = all(self._numeric(one, where) for one in (first, *(step.right for step in rest)))
            return self._numbers[id(found)]
        return isinstance(found, tree.Number | tree.Unary)

    def _override(self, expr: tree.Override, scope: Scope) -> tuple[Blend, Callable[[], Blocks]]:
        """`stage3 with { long = 10% }`: the named shares are fixed, the rest is rescaled. Also what tells each name's part.

        A source's share is all of it, however deep it is nested; a mix's is that of the entry of its name.
        """
        rest, blocks = self.read(expr.base, scope), self._blocks(expr.base, scope)
        fixed: Blocks = {}
        for entry in entries_of(expr.body).values():
            amount, blend = self._fixed(entry, scope)
            fixed[entry.name] = scaled(blend, amount)
            rest = self._left(entry, rest, blend, blocks)
        taken, left = summed(list(map(total, fixed.values()))), total(rest)
        if taken > ONE or (taken < ONE and left == 0):
            raise not_whole(taken, expr.body.span)
        factor = (ONE - taken) / left if left else ONE
        told = lambda: {name: fixed.get(name) or scaled(block, factor) for name, block in {**blocks, **fixed}.items()}  # noqa: E731
        return added(*fixed.values(), scaled(rest, factor)), told

    def _fixed(self, entry: tree.Attribute, scope: Scope) -> tuple[Fraction, Blend]:
        """The share that an entry of `with` fixes, and what has it."""
        amount, is_share = self._amount(entry, scope)
        if not is_share:
            raise mistake("unit-mismatch", "`with` fixes shares: write `10%`", entry.value.span)
        return amount, self._entry(entry, scope)

    def _left(self, entry: tree.Attribute, rest: Blend, blend: Blend, blocks: Blocks) -> Blend:
        """What an entry of `with` leaves of the others."""
        if len(blend.shares) != 1 or blend.rules:
            return without(rest, blocks[entry.name]) if entry.name in blocks else rest
        name = next(iter(blend.shares))
        if any(name in rule.sources for rule in rest.rules):
            message = f"a rule chooses the share of `{name}`, so it cannot be fixed"
            hint = f"let the rule choose among the others, and add it: `90% * ... + 10% * {entry.name}`"
            raise mistake("not-a-mix", message, entry.name_span, help=hint)
        return Blend({other: share for other, share in rest.shares.items() if other != name}, rest.rules)

    def _blocks(self, expr: tree.Expr, scope: Scope) -> Blocks:
        """What each entry of a mixture is of it; nothing where it has no entries."""
        found, home = self._evaluator.resolve(expr, scope)
        if isinstance(found, tree.Override):
            return self._override(found, home)[1]()
        if not isinstance(found, tree.Name):
            return {}
        where, short = home.within(found)
        named = where.find(short)
        item = named.item if isinstance(named, Found) else None
        if not isinstance(named, Found) or not isinstance(item, tree.Mix):
            return {}
        inner = Scope(named.module)
        if item.body is not None:
            return self._body(item.body, inner, item.name_span)[1]
        return {} if item.value is None or moves(item.value) else self._blocks(cast(tree.Expr, item.value), inner)

    def _call(self, expr: tree.Call, scope: Scope) -> Blend:
        """A part of a source, or a rule over sources."""
        func = expr.func
        if isinstance(func, tree.Name):
            where, short = scope.within(func)
            found = where.find(short)
            if isinstance(found, Found):
                return self._part_of(found, expr, scope)
        name = func.span.text
        if self._techniques.has("mixer", name, "turns", expr.span):
            mixes = [self._turn(arg, name, scope) for arg in expr.args]
            mixer = self._techniques.bind("mixer", expr, scope, without=len(expr.args))
            return taking_turns(mixer, mixes, self._techniques, expr.span)
        sources = [source for arg in expr.args for source in names_of(self._weighed(arg, name, scope))]
        if not sources:
            raise mistake("not-a-mix", f"`{name}` needs the sources it weighs: `{name}(a, b)`", expr.span)
        mixer = self._techniques.bind("mixer", expr, scope, without=len(expr.args))
        return Blend(rules=(Rule(ONE, mixer, dict.fromkeys(sources)),))

    def _turn(self, arg: tree.Value, mixer: str, scope: Scope) -> Blend:
        if isinstance(arg, tree.Hold | tree.Move | tree.Items):
            raise mistake("not-a-mix", f"`{mixer}` takes mixtures that stand still", arg.span)
        return self.ruled(arg, scope) if isinstance(arg, tree.Ruled) else self.read(arg, scope)

    def _weighed(self, arg: tree.Value, mixer: str, scope: Scope) -> Blend:
        if moves(arg) or not isinstance(arg, tree.Name | tree.Call):
            raise mistake("not-a-mix", f"`{mixer}` takes the names of sources", arg.span)
        return self._read(arg, scope)

    def _part_of(self, found: Found, expr: tree.Call, scope: Scope) -> Blend:
        """`corpus(doc.length >= 64k)`: a source of its own, under the one name of its test."""
        name = found.item.name
        if not isinstance(found.item, tree.Data) or len(expr.args) != 1 or expr.named:
            message = (
                f"`{name}(...)` is no part of a source" if not isinstance(found.item, tree.Data) else "one test is expected"
            )
            raise mistake("not-a-mix", message, expr.span, help="write `corpus(doc.length >= 64k)`, `corpus` a source")
        lengths = lengths_of(expr.args[0], scope, self._evaluator)
        if not lengths:
            raise mistake("view-empty", f"no document of `{name}` can pass this test", expr.args[0].span)
        if lengths == EVERY:
            return self._source(found, expr.span)
        self._source(found, expr.span)
        part = f"{name}({shown(lengths)})"
        self.sources.setdefault(part, found)
        self.views[part] = name, lengths
        return Blend({part: ONE})
