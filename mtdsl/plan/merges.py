"""Merges: which weights go in, with which shares, by which technique."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from mtdsl.diag import Span
from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.better import directed
from mtdsl.plan.checkpoints import Checkpoints
from mtdsl.plan.merged import BASE, Models, is_technique
from mtdsl.plan.model import Parent, Plugin
from mtdsl.plan.names import Found, Scope
from mtdsl.plan.shares import off

if TYPE_CHECKING:
    from mtdsl.plan.tools import Tools

MERGER = "average"
Weighted = tuple[Parent, Fraction]
ONE = Fraction(1)


@node
class Terms(Frozen):
    """What a merge's expression says; no weights where what was measured decides, `against` a control if there is one.

    Where `based`, the first parent is the base, with weight 0. `span` is that of the expression.
    """

    merger: Plugin
    parents: tuple[Parent, ...]
    weights: tuple[Fraction, ...]
    span: Span
    against: str = ""
    based: bool = False


class Merges:
    """Reads merge expressions: `average(x.last(3, every = 1000 steps))`, `90% * a + 10% * b`, `pick(a, by = niah)`.

    What a merger is told of, and what it decides itself, its factory says: see `Sampling`, `Choosing` and `Comparing`.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._nodes = Models(tools.families, tools.evaluator, lambda name: tools.budgets.of(name))
        self._done: dict[str, Terms] = {}

    def of(self, found: Found) -> Terms:
        """The terms of a `merge` item. Raises `Mistake`."""
        assert isinstance(found.item, tree.Merge)
        name = found.item.name
        if name not in self._done:
            self._done[name] = self._terms(found.item, Scope(found.module))
        return self._done[name]

    def names(self, found: Found) -> tuple[str, ...]:
        """The nodes whose weights go in, without asking how long they train."""
        assert isinstance(found.item, tree.Merge)
        value = found.item.value
        return tuple(dict.fromkeys((*self._nodes.names(value, Scope(found.module)), *self._controls(value))))

    def nodes(self, value: tree.Value, scope: Scope) -> list[str]:
        """The nodes that a name stands for: all members of a family at its end. Raises `Mistake`."""
        return self._nodes.nodes(value, scope)

    def _controls(self, value: tree.Value) -> Iterator[str]:
        """The control of what `pick(anneal, by = held)` chooses by, if there is one."""
        for item in value.named if isinstance(value, tree.Call) else ():
            if item.name == "by" and (control := self._tools.evals.control(item.value.span.text)):
                yield control

    def _terms(self, item: tree.Merge, scope: Scope) -> Terms:
        value = item.value
        based = False
        if is_technique(value):
            assert isinstance(value, tree.Call)
            _check_last(value)
            _check_control(value)
            call, around = _without_base(value), Checkpoints(value, scope, self._nodes, self._tools.techniques)
            merger = self._tools.techniques.bind("merger", call, scope, without=len(call.args), around=around)
            merger = directed(merger, self._tools, value.span)
            base = self._base(value, merger, scope)
            pairs, based = [*base, *self._called(call, merger, scope)], bool(base)
        else:
            merger = self._tools.techniques.default("merger", MERGER, item.name_span)
            pairs = list(self._pairs(value, scope))
        if not pairs:
            raise mistake("merge-empty", f"`{item.name}` merges nothing", value.span)
        parents, weights = tuple(parent for parent, _ in pairs), tuple(weight for _, weight in pairs)
        if self._tools.techniques.ask("merger", merger, lambda made: hasattr(made, "choose"), value.span):
            return Terms(merger, parents, (), value.span, next(self._controls(value), ""))
        if sum(weights) != ONE:
            total = sum(weights, Fraction(0))
            equal = "without shares each has the same" if is_technique(value) else f"`{_average(parents)}` gives each the same"
            hint = f"{off(total)}; {equal}"
            message = f"the shares of `{item.name}` sum to {float(100 * total):.9g} %, not 100 %"
            raise mistake("mix-not-100", message, value.span, help=hint)
        return Terms(merger, parents, weights, value.span, based=based)

    def _base(self, call: tree.Call, merger: Plugin, scope: Scope) -> list[Weighted]:
        """The model that `ties(a, b, base = trunk)` compares the others with, which has no weight itself."""
        given = next((item for item in call.named if item.name == BASE), None)
        needs = self._tools.techniques.ask("merger", merger, lambda made: bool(getattr(made, "based", False)), call.span)
        if given is None and needs:
            hint = f"say which model the others were trained from: `{merger.name}(..., {BASE} = trunk)`"
            raise mistake("plugin-argument", f"`{merger.name}` needs `{BASE}`", call.span, help=hint)
        if given is None:
            return []
        if not needs:
            raise mistake("plugin-argument", f"`{merger.name}` compares its models with no `{BASE}`", given.value.span)
        found = list(self._nodes.parents(given.value, scope))
        if len(found) != 1:
            raise mistake("plugin-argument", f"`{BASE}` is one model, not {len(found)}", given.value.span)
        return [(found[0], Fraction(0))]

    def _called(self, call: tree.Call, merger: Plugin, scope: Scope) -> list[Weighted]:
        """What `wsm(p2, ...)`, `pick(anneal, by = niah)` or `average(a, b)` merges."""
        made = self._tools.techniques.made("merger", merger)
        if hasattr(made, "checkpoints"):
            return list(Checkpoints(call, scope, self._nodes, self._tools.techniques).declared(merger))
        if merger.name == MERGER:
            return list(self._pairs(call, scope))
        models = [model for arg in call.args for model in self._models(arg, scope)]
        if any(len(model) > 1 for model in models):
            hint = "give what stands inside a name: `merge inner = ...`, and its place in the flow"
            raise mistake("merge-nested", f"`{merger.name}` takes whole models, not sums of them", call.span, help=hint)
        weighed = any(weight != ONE for model in models for _, weight in model)
        if hasattr(made, "choose"):
            self._tools.conditions.check_metric(made.by, call.span)
            if weighed:
                message = f"`{merger.name}` weighs its models by what is measured, so they have no shares"
                raise mistake("plugin-argument", message, call.span)
        if hasattr(made, "fits"):
            self._tools.techniques.ask("merger", merger, lambda made: made.fits(len(models)), call.span)
        controls = tuple(self._controls(call))
        pairs = [pair for model in models for pair in model if pair[0].node not in controls]
        return pairs if weighed else [(parent, ONE / len(models)) for parent, _ in pairs]

    def _pairs(self, expr: tree.Value, scope: Scope) -> list[Weighted]:
        """The models of a sum or an average and their shares, multiplied out; one that is named twice counts once."""
        found: dict[Parent, Fraction] = {}
        for parent, weight in self._weighted(expr, scope):
            found[parent] = found.get(parent, Fraction(0)) + weight
        return list(found.items())

    def _weighted(self, expr: tree.Value, scope: Scope) -> Iterator[Weighted]:
        if isinstance(expr, tree.Binary) and expr.op == "+":
            first, rest = tree.chain(expr, "+")
            for term in (first, *(step.right for step in rest)):
                yield from self._weighted(term, scope)
        elif isinstance(expr, tree.Binary) and expr.op == "*":
            share, node = (expr.right, expr.left) if self._nodes.is_node(expr.left, scope) else (expr.left, expr.right)
            yield from _scaled(list(self._models(node, scope)), _share(self._tools.evaluator.number(share, scope)))
        elif is_technique(expr):
            assert isinstance(expr, tree.Call)
            self._check_average(expr, scope)
            yield from _scaled([model for arg in expr.args for model in self._models(arg, scope)], ONE)
        else:
            yield from ((parent, ONE) for parent in self._nodes.parents(expr, scope))

    def _models(self, expr: tree.Value, scope: Scope) -> Iterator[list[Weighted]]:
        """What an expression brings to an average: the members of a family one by one, a sum or an average as one."""
        if isinstance(expr, tree.Binary) or is_technique(expr):
            yield self._pairs(expr, scope)
        else:
            yield from ([(parent, ONE)] for parent in self._nodes.parents(expr, scope))

    def _check_average(self, call: tree.Call, scope: Scope) -> None:
        """Inside a sum only what is a sum itself can be multiplied out."""
        name = call.func.span.text
        if name != MERGER and self._tools.techniques.knows("merger", name):
            hint = f"give it a name: `merge inner = {call.span.text}`, and its place in the flow"
            raise mistake("merge-nested", f"`{name}` is no sum, so it cannot stand inside one", call.span, help=hint)
        self._tools.techniques.bind("merger", call, scope, without=len(call.args))


def _without_base(call: tree.Call) -> tree.Call:
    """The call as its technique is told of it: which model the base is, the planner reads."""
    return tree.Call(call.span, call.func, call.args, tuple(item for item in call.named if item.name != BASE))


def _check_last(call: tree.Call) -> None:
    """Raises `Mistake` for `average(anneal, last = 5)`: which checkpoints of a phase is said of the phase."""
    said = {item.name: item for item in call.named}
    if call.func.span.text != MERGER or not said.keys() & {"last", "every"}:
        return
    where = call.args[0].span.text if call.args else "phase"
    many, every = (said[name].value.span.text if name in said else other for name, other in (("last", "5"), ("every", "1B")))
    hint = f"write `{MERGER}({where}.last({many}, every = {every}))`"
    raise mistake("plugin-argument", "which checkpoints go in is said of their phase", call.span, help=hint)


def _check_control(call: tree.Call) -> None:
    """Raises `Mistake` for `pick(branch, by = held, against = branch[web])`: what is compared is said where it is measured."""
    said = {item.name: item for item in call.named}
    if "by" in said and "against" in said and call.args:
        by, control = said["by"].value.span.text, said["against"].value.span.text
        hint = f"write `eval {by} = ...(on = {call.args[0].span.text}, against = {control})`"
        raise mistake("plugin-argument", "what models are compared with is said where they are measured", call.span, help=hint)


def _share(value: Quantity) -> Fraction:
    """Of a model in a sum; one below 0 goes away from it."""
    if value.dimension not in ("share", "number") or value.scaled:
        noun = "a number of tokens" if value.scaled else value.noun
        raise mistake("unit-mismatch", f"a share of the weights such as `60%` is expected here, not {noun}", value.span)
    return value.value


def _scaled(models: list[list[Weighted]], share: Fraction) -> Iterator[Weighted]:
    """Models that share equally in `share`."""
    for model in models:
        yield from ((parent, share * weight / len(models)) for parent, weight in model)


def _average(parents: tuple[Parent, ...]) -> str:
    """How the ends of a few nodes are averaged; of more, or of points inside, only the technique."""
    ends = {parent.node: parent == Parent(parent.node) for parent in parents}
    return f"average({', '.join(ends)})" if len(ends) <= 4 and all(ends.values()) else "average(...)"
