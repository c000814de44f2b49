"""The history of a point: everything that led to its weights, and nothing else.

A point is a node of the flow and a number of its own tokens. Its history is a list of segments in absolute tokens (tokens
seen by the weights). A border stands between two phases only where the transition does something; two neighbours that differ
in nothing are one segment; pieces of curves that begin later are left out. So a checkpoint serves a plan where the keys of the
two points are equal: resuming, editing a later phase, lengthening a constant one, cutting a phase in two and `trunk.at(7T)`
are one rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

from mtdsl.plan.model import Batch, Blend, Curve, Feeding, Group, Merge, Parent, Phase, Plan, Plugin, Start, Transition
from mtdsl.plan.steps import steps_of
from mtdsl.run.canon import Canon, Json, digest, joined, number

FORMAT = 1
Segment = dict[str, Json]


@dataclass(frozen=True)
class Identity:
    """What decides weights and stands outside a plan: hashes, all of them.

    `contents` by source (its tokens and which of them are held out); the `tokenizer`; `weights` by `start`, under `""` the
    configuration that fresh ones are made from where the recipe only names it.
    """

    contents: Mapping[str, str]
    tokenizer: str
    weights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Histories:
    """The histories of one plan's points."""

    plan: Plan
    identity: Identity

    def key(self, node: str, tokens: int | None = None) -> str:
        """SHA-256 of the history of `node` after `tokens` of its own (None: at its end), 64 hex digits."""
        point = node, tokens
        if point not in self._keys:
            self._keys[point] = digest([FORMAT, *self.of(node, tokens)])
        return self._keys[point]

    def of(self, node: str, tokens: int | None = None) -> list[Segment]:
        """The segments that lead there, oldest first. Raises `KeyError` for a node that the plan does not have."""
        here = self.nodes[node]
        if isinstance(here, Start):
            return [self._root(self.identity.weights.get(here.name, ""))]
        if isinstance(here, Merge):
            return [self._merge(here)]
        until = here.tokens if tokens is None else tokens
        return _appended(self._before(here), self._border(here), self._stretch(here, until))

    @cached_property
    def nodes(self) -> dict[str, Start | Phase | Merge]:
        """Every node by name."""
        everything: list[Start | Phase | Merge] = [*self.plan.starts, *self.plan.phases, *self.plan.merges]
        return {node.name: node for node in everything}

    @cached_property
    def _keys(self) -> dict[tuple[str, int | None], str]:
        return {}

    @cached_property
    def _canon(self) -> Canon:
        versions = {(used.kind, used.name): f"{used.package} {used.version}" for used in self.plan.plugins}
        return Canon(versions, self.identity.contents, {source.name: source for source in self.plan.sources})

    def _before(self, phase: Phase) -> list[Segment]:
        if phase.parents:
            return self.at(phase.parents[0])
        return [{**self._root(self.identity.weights.get("", "")), "seed": phase.seed, "window": phase.context.end}]

    def at(self, parent: Parent) -> list[Segment]:
        """The history of the point that a child comes from."""
        return self.of(parent.node, parent.at)

    def _root(self, weights: str) -> Segment:
        model = self.plan.model
        described = None if model is None else [model.kind, self._canon.params(model.params)]
        return {"weights": weights or described, "tokenizer": self.identity.tokenizer}

    def _merge(self, merge: Merge) -> Segment:
        parents: list[Json] = [
            [self.key(parent.node, parent.at), number(weight), *([parent.weights] if parent.weights != "last" else [])]
            for parent, weight in zip(merge.parents, merge.weights, strict=True)
        ]
        return {"merge": self._canon.plugin("merger", merge.merger), "parents": parents}

    def _border(self, phase: Phase) -> Segment:
        """What the transition into a phase does; empty where it does nothing."""
        border: Segment = {}
        if self.has_optimizer(phase) and (done := self._moments(phase.transition)):
            border["optimizer"] = done
        if phase.transition.data == "fresh":
            border["data"] = phase.seed
        if phase.context.extender is not None:
            window: list[Json] = [phase.context.start, phase.context.end]
            border["extender"] = [window, self._canon.plugin("extender", phase.context.extender)]
        return border

    def _moments(self, transition: Transition) -> Json:
        """What a transition does to an optimizer's state; empty where it goes on as it was."""
        if transition.optimizer_of:
            return ["of", self.key(transition.optimizer_of)]
        if transition.rescale is not None:
            return ["rescale", number(transition.rescale)]
        return "" if transition.optimizer == "keep" else transition.optimizer

    def has_optimizer(self, phase: Phase) -> bool:
        """Whether an optimizer's state comes in: some step was taken since the weights it belongs to were made."""
        whence = Parent(phase.transition.optimizer_of) if phase.transition.optimizer_of else next(iter(phase.parents), None)
        node = self.nodes[whence.node] if whence else None
        if whence is None or not isinstance(node, Phase):
            return False
        trained = node.tokens if whence.at is None else whence.at
        return trained > 0 or (node.transition.optimizer != "reset" and self.has_optimizer(node))

    def _stretch(self, phase: Phase, until: int) -> Segment:
        """The phase from its first token up to `until`; empty where it trains nothing."""
        if phase.batch is None or phase.lr is None or phase.mix is None or until == 0:
            return {}
        canon, origin = self._canon, phase.origin
        return {
            "length": phase.batch.length,
            "window": phase.context.end,
            "packing": [canon.plugin("packer", phase.packing), phase.mask, *_borders(phase)],
            **({"fim_mode": canon.plugin("rewriter", phase.fim_mode)} if phase.fim_mode else {}),
            "optimizer": canon.plugin("optimizer", _own(phase), origin),
            **({"objective": canon.plugin("objective", phase.objective, origin)} if phase.objective else {}),
            **({"groups": [_group(canon, group, origin) for group in phase.groups]} if phase.groups else {}),
            **({"feeding": _feeding(phase.feeding)} if phase.feeding else {}),
            "seed": phase.seed,
            "steps": _runs(phase.batch, until),
            "lr": canon.curve(phase.lr, origin, until, number),
            **({"coupling": [phase.coupling, origin]} if phase.coupling != "none" else {}),
            "mix": _mix(canon, phase.mix, phase.batch, origin),
            **{f"scalar {name}": canon.curve(curve, origin, until, number) for name, curve in phase.scalars.items()},
        }


def _own(phase: Phase) -> Plugin:
    """The optimizer without those parameters that are numbers of the phase: their curves say what they are."""
    params = {name: value for name, value in phase.optimizer.params.items() if name not in phase.scalars}
    return Plugin(phase.optimizer.name, params)


def _feeding(feeding: Feeding) -> Json:
    """The lengths of steps, in order, since the first of those that are owed alike is fed, and their shares."""
    return [[length, number(share)] for length, share in zip(feeding.lengths, feeding.shares, strict=True)]


def _borders(phase: Phase) -> list[Json]:
    """What the borders of documents mean beside the mask, where that is not the usual."""
    follows = (phase.positions == "document") == (phase.mask == "document")
    said: list[Json] = [] if follows else [["positions", phase.positions]]
    said += [] if phase.eod_loss == "masked" else [["eod_loss", phase.eod_loss]]
    return said


def _group(canon: Canon, group: Group, origin: int) -> Json:
    """A group of parameters without its name."""
    decay = None if group.weight_decay is None else number(group.weight_decay)
    optimizer = canon.plugin("optimizer", group.optimizer, origin) if group.optimizer else None
    return [[*group.match], number(group.lr), decay, optimizer]


def _mix(canon: Canon, mix: Curve[Blend], batch: Batch, origin: int) -> Json:
    """A mixture that stands, or all its pieces: the order of windows looks ahead to what the mixture is about to become.

    It then changes at borders of steps, so that their sizes to come count as well.
    """
    if len(mix.pieces) == 1 and mix.pieces[0].by is None:
        return {"stands": canon.blend(mix.pieces[0].stop)}
    sizes: list[Json] = [[run.steps, run.sequences] for run in batch.runs[:-1]]
    return [canon.curve(mix, origin, None, canon.blend), [*sizes, batch.runs[-1].sequences]]


def _runs(batch: Batch, until: int) -> list[Json]:
    """Run lengths `[steps, sequences]` of the steps within `until` tokens; neighbours of one size are one run."""
    runs: list[Json] = []
    left = steps_of(batch, until)
    for index, run in enumerate(batch.runs):
        steps = left if index == len(batch.runs) - 1 else min(left, run.steps)
        left -= steps
        runs = _lengthened(runs, [[steps, run.sequences]] if steps else [])
    return runs


def _lengthened(runs: list[Json], more: list[Json]) -> list[Json]:
    for run in more:
        last, now = cast("list[int]", runs[-1] if runs else [0, 0]), cast("list[int]", run)
        runs = [*runs[:-1], [last[0] + now[0], last[1]]] if last[1] == now[1] else [*runs, [*now]]
    return runs


def _appended(before: list[Segment], border: Segment, stretch: Segment) -> list[Segment]:
    if border:
        before = [*before, border]
    if not stretch:
        return before
    return [*before[:-1], _merged(before[-1], stretch)] if _alike(before[-1], stretch) else [*before, stretch]


def _alike(first: Segment, then: Segment) -> bool:
    """Whether two stretches differ in nothing but where they are.

    A mixture that moves is mixed anew in each phase, and steps of several lengths begin anew with the first.
    """
    same = {name for name in first if name not in ("steps", "lr") and not name.startswith("scalar ")}
    stands = isinstance(first.get("mix"), dict) and "feeding" not in first
    return stands and first.keys() == then.keys() and all(first[name] == then[name] for name in same)


def _merged(first: Segment, then: Segment) -> Segment:
    merged = {**first, "steps": _lengthened(cast("list[Json]", first["steps"]), cast("list[Json]", then["steps"]))}
    for name in first:
        if name == "lr" or name.startswith("scalar "):
            merged[name] = joined(cast("list[Json]", first[name]), cast("list[Json]", then[name]))
    return merged
