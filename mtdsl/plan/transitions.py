"""What happens on an edge: what the recipe wrote, and the default of everything it did not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, cast

from mtdsl.diag import Report, Span
from mtdsl.diag.mistake import attempt, mistake
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE, unknown_attribute
from mtdsl.plan.evaluate import Evaluator
from mtdsl.plan.flow import Flow, Graph
from mtdsl.plan.model import Transition
from mtdsl.plan.names import Scope

Kind = Literal["none", "phase", "merge", "start"]
OPTIONS = {
    "optimizer": ("keep", "reset"),
    "lr": ("continue", "restart", "rewarm"),
    "data": ("continue", "fresh"),
}
DEFAULTS: dict[Kind, dict[str, str]] = {
    "none": {"optimizer": "reset", "lr": "restart", "data": "fresh"},
    "phase": {"optimizer": "keep", "lr": "continue", "data": "continue"},
    "merge": {"optimizer": "reset", "lr": "restart", "data": "fresh"},
    "start": {"optimizer": "reset", "lr": "continue", "data": "fresh"},
}


@dataclass(slots=True)
class Edges:
    """What `transition` blocks say of each edge, and where."""

    words: dict[tuple[str, str], dict[str, tuple[str, Span]]] = field(default_factory=dict)

    def of(self, parent: str | None, name: str, kind: Kind, rate_known: bool) -> Transition:
        """The whole transition into `name`. Raises `Mistake` for what cannot be done on this kind of edge."""
        written = self.words.get((parent or "", name), {})
        default = dict(DEFAULTS[kind])
        if kind == "start" and not rate_known:
            default["lr"] = "restart"
        _possible(parent or "", name, kind, written)
        said = {key: word for key, (word, _) in written.items()}
        values = {**default, **said}
        return Transition(
            optimizer=cast(Literal["keep", "reset"], values["optimizer"]),
            lr=cast(Literal["continue", "restart", "rewarm"], values["lr"]),
            data=cast(Literal["continue", "fresh"], values["data"]),
            written=tuple(said),
        )


def _possible(parent: str, name: str, kind: Kind, written: dict[str, tuple[str, Span]]) -> None:
    _elsewhere(parent, kind, written)
    optimizer = written.get("optimizer")
    if kind == "merge" and optimizer and optimizer[0] == "keep":
        message = f"out of the merge `{parent}` come weights only, no optimizer state"
        raise mistake("merge-has-no-optimizer", message, optimizer[1], help="write `optimizer = reset`, or leave it out")
    for key in ("lr", "data"):
        word = written.get(key)
        if kind == "merge" and word and word[0] in ("continue", "rewarm"):
            raise mistake("merge-has-no-optimizer", f"the merge `{parent}` has no {key} to go on with", word[1])


def _elsewhere(parent: str, kind: Kind, written: dict[str, tuple[str, Span]]) -> None:
    """A checkpoint made elsewhere brings weights: no optimizer that could be kept, no data order that could go on."""
    for key, word in (("optimizer", "keep"), ("data", "continue")):
        said = written.get(key)
        if kind == "start" and said and said[0] == word:
            message = f"out of the start `{parent}` come weights only, so `{key} = {word}` cannot be done"
            raise mistake("not-supported-yet", message, said[1])


def edges(flow: Flow, graph: Graph, evaluator: Evaluator, report: Report) -> Edges:
    """Reads every `transition`; an edge that the flow does not have is an error."""
    found = Edges()
    existing = {(origin.node, name) for name, origin in graph.origins.items()}
    for item in flow.module.items(tree.Transition):
        assert isinstance(item, tree.Transition)
        attempt(report, lambda item=item: _read(item, flow, existing, evaluator, found))  # type: ignore[misc]
    return found


def _read(item: tree.Transition, flow: Flow, existing: set[tuple[str, str]], evaluator: Evaluator, found: Edges) -> None:
    words = {}
    for entry in item.body.entries:
        if isinstance(entry, tree.When):
            raise mistake("not-supported-yet", "`when` is not supported yet", entry.span)
        if entry.name in DESCRIPTIVE:
            continue
        if entry.name in ("gate", "on_fail") or isinstance(entry.value, tree.Call):
            raise mistake("not-supported-yet", f"`{entry.span.text}` is not supported yet", entry.span)
        if entry.name not in OPTIONS:
            raise unknown_attribute(entry, tuple(OPTIONS), "a transition")
        words[entry.name] = evaluator.word(entry.value, Scope(flow.module), OPTIONS[entry.name], entry.name), entry.value.span
    for origin, name, span in flow.pairs(item.path):
        if (origin.node, name) not in existing:
            raise mistake("transition-without-edge", f"no flow goes from `{origin.node}` to `{name}`", span)
        _add(found.words.setdefault((origin.node, name), {}), words, origin.node, name)


def _add(before: dict[str, tuple[str, Span]], words: dict[str, tuple[str, Span]], parent: str, name: str) -> None:
    for key, (word, span) in words.items():
        other, where = before.setdefault(key, (word, span))
        if other != word:
            message = f"two transitions say different things of `{key}` from `{parent}` to `{name}`"
            raise mistake("declared-twice", message, span, where)
