"""`on_fail = ...`: what a transition says of a gate that fails, as it is written."""

from __future__ import annotations

from typing import Literal, cast

from mtdsl.diag.mistake import mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.lang.units import Quantity
from mtdsl.plan.evaluate import Evaluator, count
from mtdsl.plan.flow import Flow
from mtdsl.plan.names import Scope

Policy = Literal["stop", "continue", "rollback", "extend", "branch"]
WORDS = ("stop", "continue", "rollback", "extend", "branch")
EXAMPLES = {
    "rollback": ("the node to go back to", "rollback(trunk)"),
    "extend": ("how far the phase before trains on", "extend(20B, times = 3)"),
    "branch": ("the node that follows instead", "branch(early)"),
}


@node
class Failing(Frozen):
    """What follows a failure: `node` is where `rollback` goes back to, inside it where `call` (`at(7T)`) says so, or what
    `branch` goes on with; `amount` how far `extend` trains on, `times` at most.
    """

    word: Policy = "stop"
    node: str = ""
    call: tree.Call | None = None
    amount: Quantity | None = None
    times: int = 1

    @property
    def meaning(self) -> tuple[object, ...]:
        """What it says without the places where that is written: what makes two of them the same."""
        amount = None if self.amount is None else (self.amount.value, self.amount.dimension)
        return self.word, self.node, self.call and self.call.span.text, amount, self.times


class Failures:
    """Reads `stop`, `continue`, `rollback(lc[64k])`, `extend(20B, times = 3)` and `branch(early)`."""

    def __init__(self, flow: Flow, evaluator: Evaluator) -> None:
        self._flow = flow
        self._evaluator = evaluator
        self._scope = Scope(flow.module)

    def read(self, value: tree.Value) -> Failing:
        """What the value says. Raises `Mistake`."""
        if isinstance(value, tree.Call) and value.func.span.text in EXAMPLES:
            return self._called(value, cast(Policy, value.func.span.text))
        if isinstance(value, tree.Name) and value.parts[0] in EXAMPLES:
            lacks, example = EXAMPLES[value.parts[0]]
            raise mistake("plugin-argument", f"`{value.parts[0]}` needs {lacks}", value.span, help=f"write `{example}`")
        return Failing(cast(Policy, self._evaluator.word(value, self._scope, WORDS, "on_fail")))

    def _called(self, call: tree.Call, word: Policy) -> Failing:
        lacks, example = EXAMPLES[word]
        others = [item for item in call.named if item.name != "times" or word == "branch"]
        if len(call.args) != 1 or others:
            raise mistake("plugin-argument", f"`{word}` takes {lacks}", call.span, help=f"write `{example}`")
        times, target = self._times(call), call.args[0]
        if word == "extend":
            if isinstance(target, tree.Hold | tree.Ruled | tree.Move):
                raise mistake("plugin-argument", f"`extend` takes {lacks}", call.span, help=f"write `{example}`")
            return Failing(word, amount=self._evaluator.number(target, self._scope), times=times)
        at = target if isinstance(target, tree.Call) and word == "rollback" else None
        named = _before_the_point(at) if at else target
        if not isinstance(named, tree.Name | tree.Member):
            raise mistake("plugin-argument", "the name of one node is expected here", call.span, help=f"write `{example}`")
        return Failing(word, self._flow.single(named), at, times=times)

    def _times(self, call: tree.Call) -> int:
        found = next((item.value for item in call.named if item.name == "times"), None)
        if found is None:
            return 1
        if isinstance(found, tree.Hold | tree.Ruled | tree.Move):
            raise mistake("not-a-number", "`times` takes a whole number", found.span)
        times = count(self._evaluator.number(found, self._scope), "times")
        if not times:
            raise mistake("unit-mismatch", "`times` must be at least 1", found.span, help="write `on_fail = stop`")
        return times


def _before_the_point(call: tree.Call) -> tree.Name | tree.Member:
    """`short` of `short.at(50B)`."""
    if isinstance(call.func, tree.Member):
        return tree.Member(call.func.span, call.func.base, call.func.keys, call.func.rest[:-1])
    return tree.Name(call.func.span, call.func.parts[:-1] or call.func.parts)
