"""Plugin calls of a recipe, found in the registry and their parameters bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from mtdsl.diag import Fix, Report, Span
from mtdsl.diag.mistake import Mistake, mistake
from mtdsl.diag.nearest import suggest
from mtdsl.lang import tree
from mtdsl.plan.curves import params_at
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.model import Curve, Param, Plugin, Used
from mtdsl.plan.names import Scope
from mtdsl.plan.readings import Readings, Surroundings
from mtdsl.registry import Argument, Entry, Registry, bind
from mtdsl.registry.entries import absent, conflict, loaded, way_out
from mtdsl.registry.parameters import Parameter, parameters
from mtdsl.registry.strangers import Failed, ask

T = TypeVar("T")


class Techniques:
    """Binds calls to plugins and remembers which were used, for the plan's list."""

    def __init__(self, registry: Registry, evaluator: Evaluator, report: Report) -> None:
        self._registry = registry
        self._evaluator = evaluator
        self._report = report
        self._used: dict[tuple[str, str], Entry] = {}
        self._defaults: dict[tuple[str, str], Plugin] = {}

    def bind(self, kind: str, expr: tree.Expr, scope: Scope, without: int = 0, around: Surroundings | None = None) -> Plugin:
        """The technique that `expr` names, its parameters bound; `without` leading arguments are left to the caller.

        `around` is the axis that it stands on, where its parameters may move or be counted in steps.
        """
        found = self._evaluator.resolve(expr, scope)[0]
        if isinstance(found, tree.String) and not found.value.isidentifier():
            hint = f"write it with its parameters: {', '.join(f'`{name}(...)`' for name in self._registry.names(kind))}"
            raise mistake("not-a-call", f"{_article(kind)} is expected here, not text", found.span, help=hint)
        call, where = self._evaluator.call(expr, scope)
        name = ".".join(call.func.parts) if isinstance(call.func, tree.Name) else call.func.span.text
        shortened = tree.Call(call.span, call.func, call.args[without:], call.named)
        args, named = self._evaluator.arguments(shortened, where)
        reader = Readings(self._evaluator, where, self._nested, around)
        return self._bound(kind, name, args, named, call.span, reader)

    def _nested(self, kind: str, expr: tree.Expr, scope: Scope, around: Surroundings | None) -> Plugin:
        return self.bind(kind, expr, scope, around=around)

    def default(self, kind: str, name: str, span: Span) -> Plugin:
        """A technique that the recipe did not name, with its own defaults; `span` is who needs it."""
        if (kind, name) not in self._defaults:
            self._defaults[kind, name] = self._bound(kind, name, [], {}, span)
        return self._defaults[kind, name]

    def rules(self, kind: str, name: str, span: Span) -> bool:
        """Whether a scheduler may stand under a value without an arrow: it moves between that value and 0."""
        return bool(getattr(self._factory(self._entry(kind, name, span), span), "rules", False))

    def has(self, kind: str, name: str, method: str, span: Span) -> bool:
        """Whether a technique can do what only some of its kind can; False for a name that nobody provides."""
        return self.knows(kind, name) and hasattr(self._factory(self._entry(kind, name, span), span), method)

    def _bound(
        self,
        kind: str,
        name: str,
        args: list[Argument],
        named: dict[str, Argument],
        span: Span,
        reader: Readings | None = None,
    ) -> Plugin:
        entry = self._entry(kind, name, span)
        params = bind(self._factory(entry, span), args, named, span, name, self._report, reader)
        if params is None:
            raise Mistake
        self._check(kind, name, params, span)
        return Plugin(name, params)

    def _check(self, kind: str, name: str, params: Mapping[str, Param], span: Span) -> None:
        """What only the technique itself can tell of its parameters: it is made here, wherever one that moves has an end."""
        for at in sorted(
            {edge for curve in _moving(params) for piece in curve.pieces for edge in (piece.begin, piece.end)}
        ) or [Fraction(0)]:
            given = params_at(params, at, self._registry)
            try:
                ask(lambda given=given: self._registry.build(kind, name, given))  # type: ignore[misc]
            except Failed as failed:
                raise _failure(kind, name, failed, span) from failed

    def made(self, kind: str, plugin: Plugin) -> Any:
        """The technique itself."""
        return self._registry.build(kind, plugin.name, plugin.params)

    def ask(self, kind: str, plugin: Plugin, question: Callable[[Any], T], span: Span) -> T:
        """What `question` learns of the technique itself. Raises `Mistake` at `span` where the technique fails."""
        try:
            return ask(lambda: question(self.made(kind, plugin)))
        except Failed as failed:
            raise _failure(kind, plugin.name, failed, span) from failed

    def movable(self, kind: str, plugin: Plugin, name: str, span: Span) -> Parameter:
        """A parameter of a technique that may move along the tokens. Raises `Mistake` at `span` where it has none such."""
        known = {one.name: one for one in parameters(self._factory(self._entry(kind, plugin.name, span), span))}
        if name not in known:
            listed = f"it has {', '.join(f'`{other}`' for other in known)}" if known else "it has none"
            hint = suggest(name, span, tuple(known), listed)[0]
            raise mistake("plugin-argument", f"`{plugin.name}` has no parameter `{name}`", span, help=hint)
        if not known[name].scheduled:
            raise mistake("plugin-argument", f"`{name}` of `{plugin.name}` stands still; it is none that can move", span)
        return known[name]

    def changed(self, kind: str, plugin: Plugin, name: str, value: Param, span: Span) -> Plugin:
        """The technique with another value of one parameter. Raises `Mistake` at `span` where it cannot have that."""
        params = {**plugin.params, name: value}
        self._check(kind, plugin.name, params, span)
        return Plugin(plugin.name, params)

    def knows(self, kind: str, name: str) -> bool:
        """Whether some package provides it."""
        return bool(self._registry.find(kind, name))

    def used(self) -> tuple[Used, ...]:
        """What was bound so far and who provides it, sorted."""
        return tuple(Used(kind, name, at.package, at.version) for (kind, name), at in sorted(self._used.items()))

    def _entry(self, kind: str, name: str, span: Span) -> Entry:
        found = self._registry.find(kind, name)
        if len(found) > 1:
            raise mistake("plugin-conflict", conflict(found), span, help=way_out(found))
        if not found:
            raise self._missing(kind, name, span)
        self._used[kind, name] = found[0]
        return found[0]

    def _missing(self, kind: str, name: str, span: Span) -> Mistake:
        names = self._registry.names(kind)
        listed = ", ".join(f"`{other}`" for other in names)
        verb = "is" if len(names) == 1 else "are"
        known = f"there {verb} {listed}" if listed else f"no package provides {_article(kind)} yet"
        hint, fix = suggest(name, span, names, known)
        owner = next((other for other in names if name in self._parameters(kind, other, span)), None)
        if owner and fix is None:
            hint = f"`{name}` is a parameter of `{owner}`: write `{owner}({name} = ...)`"
        hint, fix = self._called(kind, name, span) or (hint, fix)
        hint = "; ".join([hint or known, *absent(self._registry)])
        return mistake(
            "unknown-plugin", f"no installed package provides {_article(kind)} named `{name}`", span, help=hint, fix=fix
        )

    def _called(self, kind: str, name: str, span: Span) -> tuple[str, Fix | None] | None:
        """What techniques are that others call by a name, and the fix that writes it where only one is."""
        entries = (self._registry.find(kind, other)[0] for other in self._registry.names(kind))
        meant = [entry.name for entry in entries if name in entry.descriptor.called]
        if len(meant) > 1:
            listed = f"{', '.join(f'`{other}`' for other in meant[:-1])} or `{meant[-1]}`"
            return f"it may be {listed} here, which are not the same", None
        written = Span(span.source, span.start, span.start + len(name))
        return (f"it is called `{meant[0]}` here", Fix.write(written, meant[0], safe=False)) if meant else None

    def _parameters(self, kind: str, name: str, span: Span) -> list[str]:
        """The parameters of a technique that loads; none of one that does not, which is not what is asked about."""
        try:
            return [parameter.name for parameter in parameters(self._factory(self._registry.find(kind, name)[0], span))]
        except Mistake:
            return []

    def _factory(self, entry: Entry, span: Span) -> type[object]:
        try:
            return loaded(entry)
        except Failed as failed:
            message = f"`{entry.package}` could not load `{entry.name}`: {failed.error}"
            raise mistake("plugin-broken", message, span) from failed


def _failure(kind: str, name: str, failed: Failed, span: Span) -> Mistake:
    """What a technique says of its parameters is meant for who wrote them; anything else is a fault of its own."""
    if isinstance(failed.error, ValueError | TypeError | ArithmeticError):
        return mistake("plugin-argument", f"`{name}`: {failed.error}", span)
    return mistake("plugin-failed", f"the {kind} `{name}` failed: {failed}", span)


def _moving(params: Mapping[str, Param]) -> Iterator[Curve[Fraction]]:
    """The parameters that move, those of inner techniques included."""
    for value in params.values():
        if isinstance(value, Curve):
            yield value
        elif isinstance(value, Plugin):
            yield from _moving(value.params)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
