"""What a check cannot rely on: a cap is the most, what follows a start may be more, and a count may hang on an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, Protocol

from mtdsl.diag import Span
from mtdsl.diag.mistake import Mistake
from mtdsl.frozen import Frozen, node
from mtdsl.lang import tree
from mtdsl.plan.answers import Answers
from mtdsl.plan.certainty import capped, chosen, hangs
from mtdsl.plan.declared import Declared
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.flow import Graph
from mtdsl.plan.model import Merge, Phase, Start
from mtdsl.plan.names import Scope

Way = Literal["less", "more", "either"]
KEEPS: dict[str, int] = {"<": -1, "<=": -1, ">": 1, ">=": 1}
"""Which way the left side less the right one may go without a comparison that holds ceasing to; if it does not, the other."""


@node
class Doubt(Frozen):
    """A value that may be less or more than the plan has it, or either, why, and what would settle it.

    `sign`: whether the left side of its comparison, less the right one, grows (1) or falls (-1) with it.
    """

    span: Span
    sign: int
    way: Way
    why: str
    help: str | None = None

    def turns(self, op: str, holds: bool) -> bool:
        """Whether a comparison that `holds` with the plan's value, or does not, may come out otherwise with the true one."""
        keeps = KEEPS.get(op, 0) * (1 if holds else -1)
        return self.way == "either" or keeps != (self.sign if self.way == "more" else -self.sign)


class Nodes(Protocol):
    """The nodes that a check asks."""

    graph: Graph
    declared: Declared
    evaluator: Evaluator
    answers: Answers

    def phase(self, name: str) -> Phase:
        """A phase. Raises `Mistake`."""

    def merge(self, name: str) -> Merge:
        """A merge. Raises `Mistake`."""

    def ancestors(self, names: set[str]) -> set[str]:
        """These nodes and all that they come from."""


def doubts(test: tree.Binary, scope: Scope, nodes: Nodes) -> Iterator[Doubt]:
    """What both sides of a comparison ask of nodes that the plan does not know for sure."""
    for expr, where, sign in (*_signed(test.left, scope, 1, nodes), *_signed(test.right, scope, -1, nodes)):
        yield from _of(expr, where, sign, nodes)


def _signed(expr: tree.Expr, scope: Scope, sign: int, nodes: Nodes) -> Iterator[tuple[tree.Name | tree.Member, Scope, int]]:
    """What an expression asks of nodes, and whether its value grows or falls with it: no count of a plan is negative."""
    expr, scope = nodes.evaluator.resolve(expr, scope)
    if isinstance(expr, tree.Name | tree.Member):
        yield expr, scope, sign
    elif isinstance(expr, tree.Unary):
        yield from _signed(expr.operand, scope, -sign, nodes)
    elif isinstance(expr, tree.Binary):
        first, rest = tree.chain(expr, "+", "-", "*", "/")
        yield from _signed(first, scope, sign, nodes) if rest else ()
        for step in rest:
            yield from _signed(step.right, scope, -sign if step.op in "-/" else sign, nodes)


def _of(expr: tree.Name | tree.Member, scope: Scope, sign: int, nodes: Nodes) -> Iterator[Doubt]:
    if nodes.answers.named(expr, scope) == "totals":
        yield from _of_totals(expr, sign, nodes)
    try:
        name, asked = nodes.answers.asked(expr, scope)
    except Mistake:  # a source, the plan itself, or a number of members
        return
    if asked not in ("tokens", "steps", "seen", "spent", "origin") or name in nodes.graph.starts:
        return
    text = expr.span.text
    if name in nodes.graph.phases and asked in hangs(nodes.phase(name)):
        yield Doubt(expr.span, sign, "either", f"`{text}` hangs on where an event of `{name}` happens")
    before = {name} if asked in ("tokens", "steps") else nodes.ancestors({name}) - ({name} if asked == "origin" else set())
    for early in (one for one in nodes.graph.phases if one in before and capped(nodes.phase(one))):
        yield Doubt(expr.span, sign, "less", f"`{early}` may end before the end of its budget, which is a cap")
    for pick in _chosen(before, nodes) if asked in ("seen", "origin") else ():
        why = f"`{pick}` is chosen by what is measured, from models that have not all seen as many tokens"
        yield Doubt(expr.span, sign, "less", why)
    for start in nodes.answers.uncounted(before):
        why = f"`{start}` does not say how many tokens it has seen, so `{text}` is more than is counted here"
        yield Doubt(expr.span, sign, "more", why, f"declare it: start {start} {{ tokens = ... }}")


def _of_totals(expr: tree.Name | tree.Member, sign: int, nodes: Nodes) -> Iterator[Doubt]:
    """What the plan trains in all: at most that, where a phase may end early."""
    for name in nodes.graph.phases:
        phase = nodes.phase(name)
        if capped(phase):
            yield Doubt(expr.span, sign, "less", f"`{name}` may end before the end of its budget, which is a cap")
        if ("steps" if expr.span.text.endswith(".steps") else "tokens") in hangs(phase):
            yield Doubt(expr.span, sign, "either", f"`{expr.span.text}` hangs on where an event of `{name}` happens")
    if expr.span.text.endswith(".flops"):
        yield Doubt(expr.span, sign, "less", "documents masked from each other need less than is counted here")


def _chosen(before: set[str], nodes: Nodes) -> Iterator[str]:
    """The merges among these nodes whose models have seen unlike numbers of tokens, and are chosen from."""
    phases = {name: nodes.phase(name) for name in nodes.graph.phases if name in before}
    merges = {name: nodes.merge(name) for name in nodes.graph.merges if name in before}
    starts = {name: nodes.declared.start(name) for name in nodes.graph.starts if name in before}
    every: dict[str, Phase | Merge | Start] = {**phases, **merges, **starts}
    return (name for name, merge in merges.items() if chosen(merge, every))
