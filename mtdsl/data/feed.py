"""What each optimizer step of a phase is fed: a pure function of the plan, the seeds and the position."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mtdsl.data.corpus import Corpus
from mtdsl.data.dues import Dues
from mtdsl.data.integral import UNIT, exact
from mtdsl.data.keys import number
from mtdsl.data.laying import Laying
from mtdsl.data.lengths import Lengths
from mtdsl.data.mixing import Mixing
from mtdsl.data.order import Order
from mtdsl.data.packing import Window
from mtdsl.data.shares import integral
from mtdsl.data.standing import Standing
from mtdsl.data.stream import Lanes, Origin, State, Stream, resumed
from mtdsl.plan.curves import scalar_at, sources_of
from mtdsl.plan.model import Phase, Plan
from mtdsl.plan.steps import sequences, tokens_before
from mtdsl.registry import Feedback, Registry


class Feed:
    """The windows of one phase, step by step.

    Made by `begin` at the phase's first step or by `resume` in its middle. A source's order comes from the seed of the
    phase where its cursor began; sources that this phase does not use keep their state for the phases after it, and so do
    rules that look at the run. Such a rule must be told what each step found, by `observe`. Where steps take turns, all
    windows of a step come from the mixture whose turn it is; where they are of several lengths, all of a step have `length`.
    """

    def __init__(
        self,
        phase: Phase,
        streams: Mapping[str, Stream | Lanes],
        idle: Mapping[str, State],
        mixing: Mixing | Dues,
        step: int,
        standing: Standing | None = None,
        lengths: Lengths | None = None,
        rewritten: Callable[[int], float] | None = None,
    ) -> None:
        self._phase = phase
        self._streams = dict(streams)
        self._idle = dict(idle)
        self._mixing = mixing
        self._step = step
        self._standing = standing
        self._lengths = lengths
        self._rewritten = rewritten
        self._stand()

    @staticmethod
    def begin(plan: Plan, phase: Phase, corpus: Corpus, registry: Registry, inherited: State | None) -> Feed:
        """The feed at the first step of `phase`.

        `inherited` is `state()["streams"]` at the parent's end where the data goes on, None where it begins afresh.
        """
        before = dict(inherited or {})
        names, standing = _sources(phase), Standing.of(phase, corpus.epochs, registry, before)
        streams = {name: _begun(name, phase, corpus, registry, before.get(name)) for name in names}
        sent, idle, rewritten = [0] * len(names), _idle(before, names, standing), _rewritten(phase, registry)
        if standing is not None:
            owed = _owed(names, _rates(names, standing.mean(0)), phase, before)
            return Feed(phase, streams, idle, Dues(names, owed, sent), 0, standing, Lengths.of(phase), rewritten)
        shares = integral(phase, corpus.epochs, registry)
        mixing = Mixing(shares, _owed(names, shares.rates(0), phase, before), sent)
        return Feed(phase, streams, idle, mixing, 0, rewritten=rewritten)

    @staticmethod
    def resume(plan: Plan, phase: Phase, corpus: Corpus, registry: Registry, state: State) -> Feed:
        """The feed that wrote `state`, at the same step."""
        kept, step = state["streams"], state["step"]
        names, standing = _sources(phase), Standing.of(phase, corpus.epochs, registry, kept)
        streams = {name: _resumed(name, corpus, registry, kept[name]) for name in names}
        owed, sent = [state["owed"][name] for name in names], [state["sent"][name] for name in names]
        mixing = Dues(names, owed, sent) if standing else Mixing(integral(phase, corpus.epochs, registry), owed, sent)
        idle, lengths = _idle(kept, names, standing), Lengths.of(phase, state)
        return Feed(phase, streams, idle, mixing, step, standing, lengths, _rewritten(phase, registry))

    def chosen(self) -> dict[str, float] | None:
        """The shares of the next step where rules choose them that look at the run; None where the plan says them."""
        if self._standing is None or not self._standing.learns:
            return None
        return {name: rate / UNIT for name, rate in zip(self._mixing.names, self._mixing.rates(), strict=True)}

    def observe(self, feedback: Feedback) -> None:
        """Tell the mixture what the last step found; the next one is fed by it."""
        if self._standing is not None and self._standing.learns:
            self._standing.observe(feedback)
            self._stand()

    def _stand(self) -> None:
        """Shares that are not known ahead, or that take turns, stand for a step."""
        if self._standing is not None and isinstance(self._mixing, Dues):
            self._mixing.stand(self._standing.shares(self._step))

    def step(self) -> list[Window]:
        """The windows of the next step, in order."""
        count = sequences(self._phase, self._step)
        if self._rewritten is not None:
            share = self._rewritten(self._step)
            for stream in self._streams.values():
                stream.rewrite(share)
        windows = [self._window() for _ in range(count)] if self._lengths is None else self._turned(self._lengths, count)
        self._step += 1
        self._stand()
        return windows

    @property
    def length(self) -> int:
        """Tokens of each window of the next step."""
        if self._lengths is not None:
            return self._lengths.due(sequences(self._phase, self._step))
        return self._phase.batch.length if self._phase.batch else 0

    def state(self) -> dict[str, Any]:
        """Where the feed stands, as small JSON: cursors, counts and debts, never tokens."""
        names = self._mixing.names
        return {
            "step": self._step,
            "sent": dict(zip(names, self._mixing.sent, strict=True)),
            "owed": dict(zip(names, self._mixing.owed, strict=True)),
            "streams": {**self._idle, **self._stream_states(), **(self._standing.states() if self._standing else {})},
            **({"lengths": self._lengths.state()} if self._lengths else {}),
        }

    def taken(self) -> Mapping[str, int]:
        """Windows sent so far in this phase, by source."""
        return dict(zip(self._mixing.names, self._mixing.sent, strict=True))

    def _window(self) -> Window:
        name = self._mixing.names[self._mixing.pick()]
        return Window(name, self._streams[name].next())

    def _turned(self, lengths: Lengths, count: int) -> list[Window]:
        """As many tokens as `count` windows of the phase's batch, in windows of the length whose turn it is."""
        assert isinstance(self._mixing, Dues)
        assert self._phase.batch is not None
        length = lengths.take(count)
        for stream in self._streams.values():
            if isinstance(stream, Lanes):
                stream.turn(length)
        names = [self._mixing.names[self._mixing.pick(length)] for _ in range(count * self._phase.batch.length // length)]
        return [Window(name, self._streams[name].next()) for name in names]

    def _stream_states(self) -> dict[str, Any]:
        standing, names = self._standing, self._mixing.names
        rates = self._mixing.rates() if standing is None else _rates(names, standing.mean(self._step))
        facts = zip(self._streams.items(), self._mixing.debts(), rates, strict=True)
        return {name: {**stream.state(), "owed": debt, "share": share} for (name, stream), debt, share in facts}


def _rewritten(phase: Phase, registry: Registry) -> Callable[[int], float] | None:
    """The share of documents to rewrite, by step; None where none is."""
    if phase.fim_mode is None:
        return None
    share = phase.scalars["fim"]
    return lambda step: scalar_at(share, tokens_before(phase, step), registry)


def _sources(phase: Phase) -> tuple[str, ...]:
    return sources_of(phase.mix) if phase.mix and phase.batch else ()


def _rates(names: tuple[str, ...], shares: Mapping[str, float]) -> list[int]:
    return exact([shares.get(name, 0.0) for name in names])


def _idle(before: Mapping[str, State], names: tuple[str, ...], standing: Standing | None) -> dict[str, State]:
    """The states that came in of what this phase does not use."""
    used = {*names, *(standing.states() if standing else ())}
    return {name: state for name, state in before.items() if name not in used}


def _begun(name: str, phase: Phase, corpus: Corpus, registry: Registry, before: State | None) -> Stream | Lanes:
    lengths = phase.feeding.lengths if phase.feeding else ()
    laying = Laying(phase.packing, phase.batch.length if phase.batch else 0, lengths, phase.fim_mode)
    made = Lanes if lengths else Stream
    if before is None:
        order = Order(corpus.tables[name], number(phase.seed, "order", name))
        return made(order, registry, laying, Origin())
    earlier = _resumed(name, corpus, registry, before)
    return earlier if earlier.laying == laying else made(earlier.order, registry, laying, earlier.handed_on())


def _resumed(name: str, corpus: Corpus, registry: Registry, state: State) -> Stream | Lanes:
    return resumed(state, Order(corpus.tables[name], state["seed"]), registry)


def _owed(names: tuple[str, ...], shares: list[int], phase: Phase, before: Mapping[str, State]) -> list[int]:
    """Debts go on where nothing about the mixture changes at the border, so that a phase cut in two is fed the same.

    Elsewhere each phase keeps its own promise from its own first window, as one does whose steps are of several lengths.
    """
    if phase.feeding:
        return [0] * len(names)
    length = phase.batch.length if phase.batch else 0
    same = all(
        name in before
        and before[name]["share"] == share
        and before[name]["laying"]["length"] == length
        and "lengths" not in before[name]["laying"]
        for name, share in zip(names, shares, strict=True)
    )
    owed = [before[name]["owed"] for name in names] if same else []
    return owed if owed and sum(owed) == 0 else [0] * len(names)
