"""What may be said on an edge: of the optimizer, the rate, the data order, and what must hold before it is taken."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, cast

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.conditions import Conditions
from mtdsl.plan.evaluate import Evaluator, plain
from mtdsl.plan.failing import Failing, Failures
from mtdsl.plan.flow import Flow
from mtdsl.plan.model import Gate
from mtdsl.plan.names import Scope

WORDS = {"lr": ("continue", "restart", "rewarm"), "data": ("continue", "fresh")}
MOMENTS = ("keep", "reset", "reset_moments")


@node
class Moments(Frozen):
    """`optimizer = ...`: the word, whose state `keep(NODE)` takes, and the factor of `rescale(0.5)`."""

    word: Literal["keep", "reset", "reset_moments", "rescale"]
    of: str = ""
    factor: Fraction | None = None


class Policies:
    """Reads the values of a `transition`."""

    def __init__(self, flow: Flow, evaluator: Evaluator, conditions: Conditions) -> None:
        self._flow = flow
        self._evaluator = evaluator
        self._conditions = conditions
        self._scope = Scope(flow.module)
        self._failures = Failures(flow, evaluator)

    def read(self, entry: tree.Attribute) -> str | Moments | Gate | Failing:
        """What one entry says. Raises `Mistake`."""
        if entry.name == "optimizer":
            return self._moments(entry.value)
        if entry.name == "on_fail":
            return self._failures.read(entry.value)
        if entry.name == "gate":
            test = self._conditions.read(entry.value, self._scope)
            return Gate(plugin=test.plugin) if test.plugin else Gate(test=test)
        return self._evaluator.word(entry.value, self._scope, WORDS[entry.name], entry.name)

    def _moments(self, value: tree.Value) -> Moments:
        called = _called(value)
        if called == "keep":
            return Moments("keep", of=self._node(cast(tree.Call, value), "keep(anneal[42])"))
        if called == "rescale":
            return Moments("rescale", factor=self._factor(cast(tree.Call, value)))
        if isinstance(value, tree.Name) and value.parts == ("rescale",):
            raise mistake("plugin-argument", "`rescale` needs its factor", value.span, help="write `rescale(0.5)`")
        word = self._evaluator.word(value, self._scope, MOMENTS, "optimizer")
        return Moments(cast(Literal["keep", "reset", "reset_moments"], word))

    def _factor(self, call: tree.Call) -> Fraction:
        if len(call.args) != 1 or call.named or isinstance(call.args[0], tree.Hold | tree.Ruled | tree.Move):
            raise mistake("plugin-argument", "`rescale` takes one factor", call.span, help="write `rescale(0.5)`")
        factor = plain(self._evaluator.number(call.args[0], self._scope), "rescale")
        if factor < 0:
            raise mistake("unit-mismatch", "the factor of `rescale` cannot be negative", call.args[0].span)
        return factor

    def _node(self, call: tree.Call, example: str) -> str:
        named = call.args[0] if len(call.args) == 1 and not call.named else None
        if not isinstance(named, tree.Name | tree.Member):
            raise mistake("plugin-argument", "the name of one node is expected here", call.span, help=f"write `{example}`")
        return self._flow.single(named)


def _called(value: tree.Value) -> str:
    """`rescale` of `rescale(0.5)`; empty for what is no call."""
    return value.func.span.text if isinstance(value, tree.Call) else ""
