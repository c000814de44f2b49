"""`eval` items: what is measured, how often, and what a test may call it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Literal, Protocol, TypeVar, cast

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan.evaluate import Evaluator, is_word, whole
from mtdsl.plan.model import Evaluation
from mtdsl.plan.names import Found, Module, Scope
from mtdsl.plan.plugins import Techniques
from mtdsl.registry.factories import Measuring

STEP_METRICS = ("loss", "grad_norm")
"""What every step measures; no `eval` may have such a name."""

PROGRESS = ("tokens", "steps")
"""How far a phase is, which an event may wait for and nothing measures; no `eval` may have such a name either."""

CHAIN = ("seen", "spent")
"""How far a chain is, by the words that are asked of nodes."""

OWN = ("every", "at", "on", "against")
"""What every `eval` may say beside its technique's parameters."""

Nodes = Callable[[tree.Value, Scope], list[str]]
T = TypeVar("T")
Unit = Literal["share", "number"]
Direction = Literal["highest", "lowest"]


class Reads(Protocol):
    """Remembers the sources that a recipe reads."""

    def source(self, name: str, scope: Scope, span: Span) -> None:
        """Keep a source. Raises `Mistake` for a name that is none."""


class Evals:
    """The recipe's evaluations, each read once."""

    def __init__(
        self,
        module: Module,
        evaluator: Evaluator,
        techniques: Techniques,
        report: Report,
        reads: Reads,
        nodes: Nodes,
    ) -> None:
        self._items = {name: found for name, found in module.names.items() if isinstance(found.item, tree.Eval)}
        self._evaluator = evaluator
        self._techniques = techniques
        self._report = report
        self._reads = reads
        self._nodes = nodes

    @property
    def names(self) -> tuple[str, ...]:
        """Every declared name."""
        return tuple(self._items)

    def items(self) -> tuple[tuple[str, Found], ...]:
        """Every declared one and its item."""
        return tuple(self._items.items())

    def all(self) -> tuple[Evaluation, ...]:
        """Those that could be read; the mistakes of the others are in the report."""
        return tuple(self._all.values())

    def unit(self, metric: str) -> Unit:
        """What a metric's numbers are: `share` (0 to 1, written in %), or `number`."""
        found = self._all.get(metric.partition(".")[0])
        return "number" if found is None else self._asked(found, lambda made: made.unit)

    def better(self, metric: str) -> Direction | None:
        """Which value of a metric is the better one; None where what measures it does not say."""
        found = self._all.get(metric.partition(".")[0])
        if found is None:
            return "lowest" if metric == "loss" else None
        return self._asked(found, lambda made: getattr(made, "better", None))

    def parts(self, name: str) -> tuple[str, ...]:
        """What an evaluation measures beside its one number: `held.web` is the part `web` of `held`."""
        found = self._all.get(name)
        return () if found is None else self._asked(found, lambda made: tuple(made.parts()))

    def control(self, metric: str) -> str:
        """The node that an evaluation compares others with; empty where there is none."""
        found = self._all.get(metric.partition(".")[0])
        return "" if found is None else found.against

    @cached_property
    def _all(self) -> dict[str, Evaluation]:
        read = {name: attempt(self._report, lambda at=at: self._read(at)) for name, at in self._items.items()}  # type: ignore[misc]
        return {name: evaluation for name, evaluation in read.items() if evaluation is not None}

    def _asked(self, found: Evaluation, question: Callable[[Measuring], T]) -> T:
        item = cast(tree.Eval, self._items[found.name].item)
        return self._techniques.ask("evaluator", found.evaluator, question, item.value.span)

    def _read(self, found: Found) -> Evaluation:
        item, scope = cast(tree.Eval, found.item), Scope(found.module)
        if item.name in STEP_METRICS:
            message = f"`{item.name}` is what every step measures, so no `eval` can have its name"
            raise mistake("declared-twice", message, item.name_span)
        if item.name in PROGRESS:
            message = f"`{item.name}` is how far a phase is, so no `eval` can have its name"
            raise mistake("declared-twice", message, item.name_span)
        call, scope = self._evaluator.call(cast(tree.Expr, item.value), scope)
        own = tuple(named for named in call.named if named.name not in OWN)
        evaluator = self._techniques.bind("evaluator", tree.Call(call.span, call.func, call.args, own), scope)
        every, unit = self._cadence(call, scope)
        made = Evaluation(item.name, evaluator, every, unit, *self._compared(call, scope))
        for source in self._asked(made, lambda made: tuple(made.sources())):
            self._reads.source(source, scope, item.value.span)
        return made

    def _compared(self, call: tree.Call, scope: Scope) -> tuple[tuple[str, ...], str]:
        """`on = branch, against = branch[web]`: the nodes that are measured, and the control among them."""
        given = {named.name: named.value for named in call.named}
        on = dict.fromkeys(self._listed(given["on"], scope)) if "on" in given else {}
        if "against" not in given:
            return tuple(on), ""
        said = given["against"]
        control = self._nodes(said, scope)
        if len(control) != 1:
            listed = ", ".join(f"`{name}`" for name in control[:8])
            raise mistake("not-a-control", "a control is one node", said.span, help=f"name one of {listed}")
        if not on.keys() - control:
            family = said.base.span.text if isinstance(said, tree.Member) else "branch"
            hint = f"say which nodes are compared with it: `on = {family}`"
            raise mistake("not-a-control", f"nothing is compared with `{said.span.text}`", said.span, help=hint)
        return tuple(dict.fromkeys((*on, *control))), control[0]

    def _listed(self, value: tree.Value, scope: Scope) -> list[str]:
        """The nodes that a name or a list of names stands for."""
        if isinstance(value, tree.Items):
            return [name for item in value.items for name in self._listed(item, scope)]
        if not isinstance(value, tree.Name | tree.Member):
            raise mistake("unit-mismatch", "phases and merges are expected here: `on = branch`", value.span)
        return self._nodes(value, scope)

    def _cadence(self, call: tree.Call, scope: Scope) -> tuple[int | None, Literal["tokens", "steps"]]:
        """`every = 10B`, `every = 500 steps`; `at = end`, which is always measured, says that this is all."""
        given = {named.name: named.value for named in call.named}
        if "at" in given and not is_word(given["at"], "end"):
            raise mistake("unknown-word", "`at` is `end`: an evaluation is made at the end of every phase", given["at"].span)
        if "every" not in given:
            return None, "tokens"
        every = self._evaluator.number(cast(tree.Expr, given["every"]), scope)
        if every.dimension not in ("tokens", "steps") and not (every.dimension == "number" and every.scaled):
            hint = "write `every = 10B` or `every = 1000 steps`"
            raise mistake("unit-mismatch", f"`every` takes tokens or steps, not {every.noun}", given["every"].span, help=hint)
        if every.value <= 0:
            raise mistake("unit-mismatch", "`every` must be more than 0", given["every"].span)
        return whole(every, "every"), "steps" if every.dimension == "steps" else "tokens"
