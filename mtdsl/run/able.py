"""What a plan may say and this version cannot do: a run is refused before it begins, and told all of it at once.

Every field of the plan stands in one of the two tables below, `RUNS` or `LIMITS`; a test holds that none is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from mtdsl.diag import Diagnostic, Refusal
from mtdsl.frozen import Frozen
from mtdsl.plan.attributes import TECHNIQUES
from mtdsl.plan.curves import params_at
from mtdsl.plan.learning import learnt, needed
from mtdsl.plan.model import (
    Asked,
    Batch,
    Blend,
    Check,
    Context,
    Curve,
    Evaluation,
    Event,
    Feeding,
    Gate,
    Group,
    Known,
    Merge,
    Model,
    Note,
    Parent,
    Phase,
    Piece,
    Pin,
    Plan,
    Plugin,
    Rule,
    Run,
    Source,
    Start,
    Term,
    Test,
    Tokenizer,
    Totals,
    Transition,
    Turn,
    Used,
    Warmup,
)
from mtdsl.registry import Registry
from mtdsl.registry.factories import Minimising
from mtdsl.registry.parameters import parameters
from mtdsl.run.steering import moving

MOVED = frozenset({"weight_decay", "clip", "fim"})
"""The scalars that a step follows."""

USUAL = TECHNIQUES["objective"][1]

Asks = Callable[[Any, Registry], bool]


@dataclass(frozen=True, slots=True)
class Limit:
    """What cannot be done, in words; whether a field's value asks for it; and which attribute of a node says it."""

    words: str
    asked: Asks
    at: str = "name"


def _given(value: Any, registry: Registry) -> bool:
    return value not in (None, (), "")


def _other_than(*usual: object) -> Asks:
    return lambda value, registry: value not in usual


def _unusual(value: Plugin | None, registry: Registry) -> bool:
    """Whether an objective is more than the mean loss of the next token, and none that says each token's loss."""
    if value is None or _minimised(value, registry):
        return False
    if value.name != USUAL:
        return True
    defaults = {known.name: known.default for known in parameters(registry.find("objective", value.name)[0].factory())}
    return any(param != _exact(defaults[name]) for name, param in value.params.items())


def _minimised(value: Plugin, registry: Registry) -> bool:
    """Whether an objective says each token's loss; its parameters may then move."""
    known = registry.find("objective", value.name)
    return bool(known) and issubclass(known[0].factory(), Minimising)


def _steered(kind: str, value: Plugin, registry: Registry) -> bool:
    """Whether an optimizer, and every technique inside it, can be told what its parameters that move have become."""
    if not any(moving(value.params)):
        return True
    known = registry.find(kind, value.name)
    if not known:
        return False
    factory = known[0].factory()
    kinds = {parameter.name: parameter.technique for parameter in parameters(factory)}
    inner = [(str(kinds[name]), param) for name, param in value.params.items() if isinstance(param, Plugin)]
    return hasattr(factory, "move") and all(_steered(of, param, registry) for of, param in inner)


STEERED: Mapping[str, Callable[[Plugin, Registry], bool]] = {
    "optimizer": lambda value, registry: _steered("optimizer", value, registry),
    "objective": _minimised,
}
"""The techniques of a phase whose parameters a step may move, where they can be."""


def _measured(value: tuple[Event, ...], registry: Registry) -> bool:
    """Whether an event waits for what a run measures; one that waits for progress is all in the curves."""
    return any(event.measured for event in value)


def _exact(default: object) -> object:
    return Fraction(repr(default)) if isinstance(default, float) else default


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


RUNS: Mapping[type, frozenset[str]] = {
    Plan: _fields(
        "recipe title params model tokenizer starts sources phases merges order leaves checks plugins totals pins notes format"
    ),
    Source: _fields("name source tokens documents max_epochs holdout longest whole order order_by"),
    Start: _fields("name weights tokens context lr facts names"),
    Phase: _fields("name family parents asked tokens steps origin seen spent batch lr mix packing mask seed transition doc")
    | _fields("certainty coupling positions eod_loss fim_mode context groups optimizer extended feeding"),
    Transition: _fields("optimizer optimizer_of rescale lr data written"),
    Merge: _fields("name merger parents seen spent context doc against based"),
    Model: _fields("kind params facts names"),
    Tokenizer: _fields("kind params facts"),
    Pin: _fields("content revision"),
    Known: _fields("value certainty reason"),
    Parent: _fields("node at"),
    Asked: _fields("unit amount"),
    Batch: _fields("length runs"),
    Run: _fields("steps sequences"),
    Context: _fields("start end extender"),
    Feeding: _fields("lengths shares"),
    Group: _fields("name match lr weight_decay"),
    Event: _fields("test expect sets mix"),
    Test: _fields("op terms tests plugin"),
    Term: _fields("value metric of times"),
    Curve: _fields("pieces warmup"),
    Warmup: _fields("steps tokens start read"),
    Piece: _fields("begin end start stop by"),
    Blend: _fields("shares rules"),
    Rule: _fields("share mixer sources over turns turn"),
    Turn: _fields("share mix"),
    Plugin: _fields("name params"),
    Check: _fields("text message holds"),
    Note: _fields("node attribute doc cite conflict"),
    Used: _fields("kind name package version"),
    Totals: _fields("tokens steps flops"),
}
"""The fields that a run follows, or that only describe, of everything that a plan is made of.

What stands nowhere but in fields that a run refuses (`BEHIND`) is not here.
"""

BEHIND = frozenset({Evaluation, Gate})

LIMITS: Mapping[type, Mapping[str, Limit]] = {
    Plan: {"evals": Limit("evaluations (`eval`)", _given)},
    Source: {
        "of": Limit("a part of a source", _given),
        "where": Limit("the documents of a source that pass a test", _given),
        "repeat": Limit("documents repeated within an epoch (`repeat`)", _other_than(1), "repeat"),
        "loss_mask": Limit("a loss on parts of documents (`loss_mask`)", _other_than("none"), "loss_mask"),
        "template": Limit("text made by a chat template (`template`)", _given, "template"),
        "filters": Limit("documents that a filter drops (`filter`)", _given, "filter"),
        "decontaminate": Limit("documents dropped for what evaluations hold (`decontaminate`)", _given, "decontaminate"),
    },
    Phase: {
        "events": Limit("events inside a phase (`when`)", _measured, "when.0"),
        "stop": Limit("phases that may end early (`stop`)", _given, "stop"),
        "objective": Limit("an objective that is more than a loss for each token", _unusual, "objective"),
        "train": Limit("training a part of the model (`train`)", _given, "train"),
        "freeze": Limit("freezing a part of the model (`freeze`)", _given, "freeze"),
        "edits": Limit("changes of the architecture (`edit`)", _given, "edit"),
        "scalars": Limit("", lambda value, _: not value.keys() <= MOVED),
    },
    Transition: {"gate": Limit("gates (`gate`)", _given, "transition.gate")},
    Merge: {"weights": Limit("merges that choose by what was measured", lambda value, _: not value)},
    Parent: {"weights": Limit("averaged weights (`ema`)", _other_than("last"))},
    Group: {"optimizer": Limit("a group of parameters with an optimizer of its own", _given)},
}
"""The fields that a run can follow only as far as they ask for nothing unusual.

Of what is no node itself the attribute of the node counts in which it stands.
"""

ATTRIBUTES: Mapping[tuple[type, str], str] = {
    (Merge, "merger"): "value",
    (Merge, "parents"): "value",
    (Phase, "parents"): "name",
    (Phase, "events"): "when.0",
}
"""What a recipe calls a field of another name."""


def check(plan: Plan, registry: Registry) -> None:
    """Raises a `Refusal` that names everything in the plan that cannot be done, and where."""
    found: dict[str, list[tuple[str, str]]] = {}
    for words, node, attribute in _all(plan, registry):
        found.setdefault(words, []).append((node, attribute))
    if found:
        raise Refusal(*(_diagnostic(words, places) for words, places in found.items()))


def _diagnostic(words: str, places: list[tuple[str, str]]) -> Diagnostic:
    nodes = ", ".join(f"`{node}`" for node in dict.fromkeys(node for node, _ in places))
    hint = "take it out to train; `check` and `plan` understand it"
    return Diagnostic("cannot-run-yet", "error", f"this version cannot run {words} yet: {nodes}", help=hint, about=places[0])


def _all(plan: Plan, registry: Registry) -> Iterator[tuple[str, str, str]]:
    """What cannot be done, and the node and attribute that ask for it."""
    for evaluation in plan.evals:
        yield LIMITS[Plan]["evals"].words, evaluation.name, "name"
    for source in plan.sources:
        yield from _of(source, source.name, registry)
    starts = {start.name for start in plan.starts}
    for phase in plan.phases:
        yield from _of(phase, phase.name, registry)
        yield from _of(phase.transition, phase.name, registry)
        yield from _unmeasured(phase, plan, registry)
        yield from _out_of_start(phase, starts)
        if phase.transition.optimizer_of and _keeps_weights(phase.optimizer, registry):
            words = f"the state of another node's `{phase.optimizer.name}`, part of which are that node's weights,"
            yield words, phase.name, "transition.optimizer"
    for merge in plan.merges:
        yield from _of(merge, merge.name, registry)


def _of(part: Source | Phase | Transition | Merge, node: str, registry: Registry) -> Iterator[tuple[str, str, str]]:
    limits = LIMITS[type(part)]
    for field in (at.name for at in fields(part)):
        value, limit = getattr(part, field), limits.get(field)
        if field == "scalars":
            yield from ((f"`{name}`", node, name) for name in value if name not in MOVED)
        elif limit is not None and limit.asked(value, registry):
            yield limit.words, node, limit.at
        elif isinstance(value, Plugin) and field in STEERED and STEERED[field](value, registry):
            continue
        elif not isinstance(value, Transition):  # it is looked at for itself
            at = ATTRIBUTES.get((type(part), field), field)
            for place, held in _placed(at, value):
                within = value if isinstance(value, Plugin) and held is not value else None
                yield from ((words, node, place) for words in dict.fromkeys(_inside(held, registry, within)))


def _placed(attribute: str, value: object) -> Iterator[tuple[str, object]]:
    """What stands in a value, with the attribute that says it: each parameter of a technique may have a line of its own."""
    if isinstance(value, Plugin) and attribute in TECHNIQUES:
        yield from ((f"{attribute}.{name}", param) for name, param in value.params.items())
    else:
        yield attribute, value


def _inside(value: object, registry: Registry, within: Plugin | None = None) -> Iterator[str]:
    """What cannot be done of what stands in a value, at any depth.

    All that moves in a run are the curves of a phase: a curve `within` a technique is a parameter that moves.
    """
    if isinstance(value, Curve) and within is not None:
        yield f"parameters of `{within.name}` that move"
    elif isinstance(value, Plugin):
        yield from _inside(value.params, registry, value)
    elif isinstance(value, Mapping | tuple):
        inner = value.values() if isinstance(value, Mapping) else value
        yield from (words for one in inner for words in _inside(one, registry, within))
    elif isinstance(value, Frozen):
        limits = LIMITS.get(type(value), {})
        for field in (at.name for at in fields(value)):
            limit, held = limits.get(field), getattr(value, field)
            asked = limit is not None and limit.asked(held, registry)
            yield from (limit.words,) if limit is not None and asked else _inside(held, registry)


def _keeps_weights(optimizer: Plugin, registry: Registry) -> bool:
    made = registry.build("optimizer", optimizer.name, params_at(optimizer.params, 0, registry))
    return bool(getattr(made, "weights", ()))


def _unmeasured(phase: Phase, plan: Plan, registry: Registry) -> Iterator[tuple[str, str, str]]:
    """What a rule of the mixture must be told of the run and no run measures yet, and what nobody can promise under it."""
    for need, mixer in needed(phase.mix, registry).items():
        yield f"mixtures that are chosen from {need} (`{mixer}`)", phase.name, "mix"
    chosen = learnt(phase.mix, registry)
    for source in plan.sources:
        if source.max_epochs is not None and source.name in chosen:
            yield "`max_epochs` of a source whose share is chosen while it runs", source.name, "max_epochs"


def _out_of_start(phase: Phase, starts: set[str]) -> Iterator[tuple[str, str, str]]:
    """A checkpoint made elsewhere is read for its weights only."""
    edge, parents = phase.transition, {parent.node for parent in phase.parents}
    whence = {edge.optimizer_of} if edge.optimizer_of else parents
    if edge.optimizer != "reset" and whence & starts:
        yield "an optimizer's state that was made elsewhere", phase.name, "transition.optimizer"
    if edge.data == "continue" and parents & starts:
        yield "a data order that began elsewhere", phase.name, "transition.data"
