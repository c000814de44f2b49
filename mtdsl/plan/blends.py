"""Mixtures: shares of tokens by source, with algebra, nesting, `with`, and rules that choose weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Blend, Rule
from mtdsl.plan.names import Found, Scope, unknown_name
from mtdsl.plan.plugins import Techniques

TOLERANCE = Fraction(1, 10**6)
ONE = Fraction(1)


class Blends:
    """Reads mixtures and remembers the sources they name."""

    def __init__(self, evaluator: Evaluator, techniques: Techniques, report: Report) -> None:
        self._evaluator = evaluator
        self._techniques = techniques
        self._report = report
        self.sources: dict[str, Found] = {}
        self._open: list[tree.Mix] = []
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
        total = _total(blend)
        if abs(total - ONE) > TOLERANCE:
            raise _not_whole(total, expr.span)
        return _scaled(blend, ONE / total)

    def ruled(self, value: tree.Ruled, scope: Scope) -> Blend:
        """`base by temperature(tau = 2)`: a rule over a mixture's sources, which knows their shares."""
        base = self.read(value.value, scope)
        if base.rules:
            raise mistake("not-supported-yet", "a rule over a rule is not supported yet", value.span)
        return Blend(rules=(Rule(ONE, self._techniques.bind("mixer", value.by, scope), dict(base.shares)),))

    def _read(self, expr: tree.Expr, scope: Scope) -> Blend:
        match expr:
            case tree.Name():
                return self._named(expr, scope)
            case tree.Binary(op="+"):
                return _sum(self._read(expr.left, scope), self._read(expr.right, scope))
            case tree.Binary(op="*"):
                return self._times(expr, scope)
            case tree.Override():
                return self._override(expr, scope)
            case tree.Call():
                return self._call(expr, scope)
        raise mistake("not-a-mix", "a mixture is expected here: a source, a `mix`, or `90% * a + 10% * b`", expr.span)

    def _named(self, expr: tree.Name, scope: Scope) -> Blend:
        if self._now is not None and expr.parts == ("mix",):
            return self._now
        found, home = self._evaluator.resolve(expr, scope)
        if not isinstance(found, tree.Name):
            return self._read(found, home)
        where, short = home.within(found)
        named = where.find(short)
        if not isinstance(named, Found) or not isinstance(named.item, tree.Data | tree.Mix) or len(short.parts) > 1:
            raise unknown_name(".".join(found.parts), expr.span, home.known(), "source or mix")
        if isinstance(named.item, tree.Data):
            return self._source(named, expr.span)
        return self.mix(named)

    def source(self, name: str, scope: Scope, span: Span) -> None:
        """Keep a source that something else than a mixture reads. Raises `Mistake` for a name that is none."""
        found = scope.module.names.get(name)
        if found is None or not isinstance(found.item, tree.Data):
            known = [other for other, at in scope.module.names.items() if isinstance(at.item, tree.Data)]
            raise unknown_name(name, span, known, "source")
        self._source(found, span)

    def _source(self, found: Found, span: Span) -> Blend:
        name = found.item.name
        if self.sources.setdefault(name, found).item is not found.item:
            raise mistake("declared-twice", f"two files declare a source `{name}`, and this recipe uses both", span)
        return Blend({name: ONE})

    def mix(self, found: Found) -> Blend:
        """A declared `mix`. Raises `Mistake`."""
        assert isinstance(found.item, tree.Mix)
        if found.item in self._open:
            raise mistake("value-cycle", f"`{found.item.name}` needs itself", found.item.name_span)
        self._open.append(found.item)
        try:
            return self._declared(found.item, Scope(found.module))
        finally:
            self._open.pop()

    def _declared(self, item: tree.Mix, scope: Scope) -> Blend:
        if item.body is not None:
            return self._body(item.body, scope, item.name_span)
        value = item.value
        if isinstance(value, tree.Ruled):
            return self.ruled(value, scope)
        if value is None or isinstance(value, tree.Hold | tree.Move):
            raise mistake("not-a-mix", "a `mix` stands still; the phase's `mix` moves", item.span)
        return self.read(value, scope)

    def _body(self, body: tree.Body, scope: Scope, span: Span) -> Blend:
        parts = {name: self._part(at, scope) for name, at in _entries(body).items()}
        if not parts:
            raise mistake("not-a-mix", "this mix is empty", span)
        total = sum((amount for amount, _, _ in parts.values()), Fraction(0))
        shares = any(is_share for _, is_share, _ in parts.values())
        if shares and (not all(is_share for _, is_share, _ in parts.values()) or abs(total - ONE) > TOLERANCE):
            raise _not_whole(total, span)
        if total <= 0:
            raise mistake("mix-not-100", "the parts of this mix sum to 0", span)
        if not shares and total != ONE and abs(total - ONE) <= Fraction(1, 100):
            message = f"the parts sum to {float(total):g}, nearly 1: were shares meant?"
            self._report.warning("parts-nearly-one", message, span, help="parts are normalised; write shares with `%`")
        blends = (_scaled(blend, amount / total) for amount, _, blend in parts.values())
        return reduce(_sum, blends)

    def _part(self, entry: tree.Attribute, scope: Scope) -> tuple[Fraction, bool, Blend]:
        if isinstance(entry.value, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-mix", "a share stands still; the phase's `mix` moves", entry.value.span)
        amount = self._evaluator.number(entry.value, scope)
        if amount.value < 0 or amount.dimension not in ("share", "number"):
            raise mistake("unit-mismatch", "a share such as `85%`, or a part, is expected here", amount.span)
        blend = self._named(tree.Name(entry.name_span, (entry.name,)), scope)
        return amount.value, amount.dimension == "share", blend

    def _times(self, expr: tree.Binary, scope: Scope) -> Blend:
        for factor, blend in ((expr.left, expr.right), (expr.right, expr.left)):
            if self._numeric(factor, scope):
                amount = self._evaluator.number(factor, scope)
                if amount.dimension not in ("share", "number") or amount.value < 0:
                    raise mistake("unit-mismatch", "a share such as `90%` is expected here", factor.span)
                return _scaled(self._read(blend, scope), amount.value)
        raise mistake("not-a-mix", "one side of `*` must be a share such as `90%`", expr.span)

    def _numeric(self, expr: tree.Expr, scope: Scope) -> bool:
        found, where = self._evaluator.resolve(expr, scope)
        if isinstance(found, tree.Binary):
            return self._numeric(found.left, where) and self._numeric(found.right, where)
        return isinstance(found, tree.Number | tree.Unary)

    def _override(self, expr: tree.Override, scope: Scope) -> Blend:
        """`stage3 with { long = 10% }`: the named shares are fixed, the rest is rescaled."""
        base = self.read(expr.base, scope)
        fixed: dict[str, Fraction] = {}
        for entry in _entries(expr.body).values():
            name, amount = self._fixed(entry, base, scope)
            fixed[name] = fixed.get(name, Fraction(0)) + amount
        total = sum(fixed.values(), Fraction(0))
        rest = Blend({name: share for name, share in base.shares.items() if name not in fixed}, base.rules)
        left = _total(rest)
        if total > ONE or (total < ONE and left == 0):
            raise _not_whole(total, expr.body.span)
        return _sum(Blend(fixed), _scaled(rest, (ONE - total) / left if left else ONE))

    def _fixed(self, entry: tree.Attribute, base: Blend, scope: Scope) -> tuple[str, Fraction]:
        """The source whose share an entry of `with` fixes, and the share."""
        amount, is_share, blend = self._part(entry, scope)
        if not is_share:
            raise mistake("unit-mismatch", "`with` fixes shares: write `10%`", entry.value.span)
        if len(blend.shares) != 1 or blend.rules:
            message = f"`with` fixes the shares of sources, and `{entry.name}` is a mix of several"
            raise mistake("not-a-mix", message, entry.name_span, help=f"write `90% * ... + 10% * {entry.name}`")
        name = next(iter(blend.shares))
        if any(name in rule.sources for rule in base.rules):
            message = f"a rule chooses the share of `{name}`, so it cannot be fixed"
            raise mistake("not-supported-yet", message, entry.name_span)
        return name, amount

    def _call(self, expr: tree.Call, scope: Scope) -> Blend:
        name = ".".join(expr.func.parts) if isinstance(expr.func, tree.Name) else ""
        if isinstance(expr.func, tree.Name) and isinstance(scope.find(expr.func), Found):
            raise mistake("not-supported-yet", f"a part of a source (`{name}(...)`) is not supported yet", expr.span)
        sources: list[str] = []
        for arg in expr.args:
            if not isinstance(arg, tree.Name):
                raise mistake("not-a-mix", f"`{name}` takes the names of sources", arg.span)
            sources += self._named(arg, scope).shares
        if not sources:
            raise mistake("not-a-mix", f"`{name}` needs the sources it weighs: `{name}(a, b)`", expr.span)
        mixer = self._techniques.bind("mixer", expr, scope, without=len(expr.args))
        return Blend(rules=(Rule(ONE, mixer, dict.fromkeys(sources)),))


def _entries(body: tree.Body) -> Mapping[str, tree.Attribute]:
    found: dict[str, tree.Attribute] = {}
    for entry in body.entries:
        if isinstance(entry, tree.When):
            raise mistake("not-a-mix", "a mix has shares only", entry.span)
        if entry.name in found:
            raise mistake("declared-twice", f"`{entry.name}` is given twice", entry.name_span, found[entry.name].name_span)
        if entry.name not in DESCRIPTIVE:
            found[entry.name] = entry
    return found


def _not_whole(total: Fraction, span: Span) -> Mistake:
    off = total - ONE
    hint = f"{abs(float(off)):.4%} {'too much' if off > 0 else 'is missing'}; or write parts without `%`"
    return mistake("mix-not-100", f"the shares sum to {float(total):.6%}, not 100 %", span, help=hint)


def _total(blend: Blend) -> Fraction:
    return sum(blend.shares.values(), Fraction(0)) + sum((rule.share for rule in blend.rules), Fraction(0))


def _scaled(blend: Blend, factor: Fraction) -> Blend:
    rules = tuple(replace(rule, share=rule.share * factor) for rule in blend.rules)
    return Blend({name: share * factor for name, share in blend.shares.items()}, rules)


def _sum(left: Blend, right: Blend) -> Blend:
    names = {**left.shares, **right.shares}
    zero = Fraction(0)
    return Blend({n: left.shares.get(n, zero) + right.shares.get(n, zero) for n in names}, (*left.rules, *right.rules))
