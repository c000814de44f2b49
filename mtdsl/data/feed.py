"""What each optimizer step of a phase is fed: a pure function of the plan, the seeds and the position."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mtdsl.data.corpus import Corpus
from mtdsl.data.keys import number
from mtdsl.data.laying import Laying
from mtdsl.data.mixing import Mixing
from mtdsl.data.order import Order
from mtdsl.data.packing import Window
from mtdsl.data.shares import integral
from mtdsl.data.stream import Origin, State, Stream
from mtdsl.plan.model import Phase, Plan
from mtdsl.plan.steps import sequences
from mtdsl.registry import Registry


class Feed:
    """The windows of one phase, step by step.

    Made by `begin` at the phase's first step or by `resume` in its middle. A source's order comes from the seed of the
    phase where its cursor began; sources that this phase does not use keep their state for the phases after it.
    """

    def __init__(
        self, phase: Phase, streams: Mapping[str, Stream], idle: Mapping[str, State], mixing: Mixing, step: int
    ) -> None:
        self._phase = phase
        self._streams = dict(streams)
        self._idle = dict(idle)
        self._mixing = mixing
        self._step = step
        self._owed = list(mixing.owed)

    @staticmethod
    def begin(plan: Plan, phase: Phase, corpus: Corpus, registry: Registry, inherited: State | None) -> Feed:
        """The feed at the first step of `phase`.

        `inherited` is `state()["streams"]` at the parent's end where the data goes on, None where it begins afresh.
        """
        before = dict(inherited or {})
        owed = integral(phase, corpus.epochs, registry)
        streams = {name: _begun(name, phase, corpus, registry, before.get(name)) for name in owed.names}
        idle = {name: state for name, state in before.items() if name not in streams}
        mixing = Mixing(owed, _owed(owed.names, owed.rates(0), phase, before), [0] * len(owed.names))
        return Feed(phase, streams, idle, mixing, 0)

    @staticmethod
    def resume(plan: Plan, phase: Phase, corpus: Corpus, registry: Registry, state: State) -> Feed:
        """The feed that wrote `state`, at the same step."""
        shares = integral(phase, corpus.epochs, registry)
        kept = state["streams"]
        streams = {name: _resumed(name, corpus, registry, kept[name]) for name in shares.names}
        idle = {name: other for name, other in kept.items() if name not in streams}
        owed = [state["owed"][name] for name in shares.names]
        return Feed(phase, streams, idle, Mixing(shares, owed, [state["sent"][name] for name in shares.names]), state["step"])

    def step(self) -> list[Window]:
        """The windows of the next step, in order."""
        wanted = sequences(self._phase, self._step)
        self._step += 1
        return [self._window() for _ in range(wanted)]

    def state(self) -> dict[str, Any]:
        """Where the feed stands, as small JSON: cursors, counts and debts, never tokens."""
        names = self._mixing.integral.names
        return {
            "step": self._step,
            "sent": dict(zip(names, self._mixing.sent, strict=True)),
            "owed": dict(zip(names, self._owed, strict=True)),
            "streams": {**self._idle, **self._stream_states()},
        }

    def taken(self) -> Mapping[str, int]:
        """Windows sent so far in this phase, by source."""
        return dict(zip(self._mixing.integral.names, self._mixing.sent, strict=True))

    def _window(self) -> Window:
        name = self._mixing.integral.names[self._mixing.pick()]
        return Window(name, self._streams[name].next())

    def _stream_states(self) -> dict[str, Any]:
        shares = self._mixing.integral.rates(sum(self._mixing.sent))
        facts = zip(self._streams.items(), self._mixing.debts(), shares, strict=True)
        return {name: {**stream.state(), "owed": debt, "share": share} for (name, stream), debt, share in facts}


def _begun(name: str, phase: Phase, corpus: Corpus, registry: Registry, before: State | None) -> Stream:
    laying = Laying(phase.packing, phase.batch.length if phase.batch else 0)
    if before is None:
        order = Order(corpus.tables[name], number(phase.seed, "order", name))
        return Stream(order, registry, laying, Origin())
    earlier = _resumed(name, corpus, registry, before)
    return earlier if earlier.laying == laying else Stream(earlier.order, registry, laying, earlier.handed_on())


def _resumed(name: str, corpus: Corpus, registry: Registry, state: State) -> Stream:
    return Stream.of(state, Order(corpus.tables[name], state["seed"]), registry)


def _owed(names: tuple[str, ...], shares: list[int], phase: Phase, before: Mapping[str, State]) -> list[int]:
    """Debts go on where nothing about the mixture changes at the border, so that a phase cut in two is fed the same.

    Elsewhere each phase keeps its own promise from its own first window.
    """
    length = phase.batch.length if phase.batch else 0
    same = all(
        name in before and before[name]["share"] == share and before[name]["laying"]["length"] == length
        for name, share in zip(names, shares, strict=True)
    )
    owed = [before[name]["owed"] for name in names] if same else []
    return owed if owed and sum(owed) == 0 else [0] * len(names)
