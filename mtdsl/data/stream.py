"""A source's windows, one after another, and the small state from which they go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mtdsl.data.forms import Forming
from mtdsl.data.keys import number
from mtdsl.data.laying import Laying, rules_of
from mtdsl.data.order import START, Cursor, Order
from mtdsl.data.packing import Piece, Supply, joined
from mtdsl.registry import Registry

State = Mapping[str, Any]


@dataclass(frozen=True)
class Rest:
    """What a stream that was laid otherwise left in the middle of its block: its state, and the tokens taken of it since."""

    state: State
    taken: int = 0


@dataclass(frozen=True)
class Origin:
    """Where a block begins. Pieces that were carried on come first, then an earlier stream's rest, then the cursor's."""

    cursor: Cursor = START
    carried: tuple[Piece, ...] = ()
    rest: Rest | None = None

    def state(self) -> dict[str, Any]:
        """As JSON."""
        rest = self.rest and {"state": self.rest.state, "taken": self.rest.taken}
        return {"at": list(self.cursor), "carried": [piece.state() for piece in self.carried], "rest": rest}

    @staticmethod
    def of(state: State) -> Origin:
        """What `state` wrote."""
        rest = state["rest"] and Rest(state["rest"]["state"], state["rest"]["taken"])
        return Origin(Cursor(*state["at"]), tuple(map(Piece.of, state["carried"])), rest)


class Stream:
    """The windows of one source under one laying.

    Its state is where its block began and how many of the block's windows were sent: packing is a pure function, so the
    block is made again from that, and from the share of documents that were to be rewritten where it began.
    """

    def __init__(
        self, order: Order, registry: Registry, laying: Laying, origin: Origin, sent: int = 0, share: float = 0.0
    ) -> None:
        self.order, self._registry, self.laying = order, registry, laying
        self._packing = laying.packing(registry)
        self._origin, self._sent = origin, sent
        self._rest = origin.rest
        left = _left(origin.rest, order, registry)
        self._forming = Forming(order.table, order.seed, rules_of(laying.rewriter), share) if laying.rewriter else None
        self._supply = Supply(order, origin.cursor, origin.carried, left, self._forming)
        self._windows: tuple[tuple[Piece, ...], ...] | None = None

    @staticmethod
    def of(state: State, order: Order, registry: Registry) -> Stream:
        """The stream that wrote `state`."""
        laying, origin = Laying.of(state["laying"]), Origin.of(state["origin"])
        return Stream(order, registry, laying, origin, state["sent"], state.get("rewritten", 0.0))

    def state(self) -> dict[str, Any]:
        """References only: what it takes to go on, as JSON."""
        self._settle()
        return {
            "seed": self.order.seed,
            "laying": self.laying.state(),
            "origin": self._origin.state(),
            "sent": self._sent,
            **({"rewritten": self._forming.share} if self._forming else {}),
        }

    def rewrite(self, share: float) -> None:
        """The share of documents to rewrite of those that blocks to come begin with."""
        self._settle()
        if self._forming is not None and not self._sent and self._windows is None:
            self._forming.share = share

    def next(self) -> tuple[Piece, ...]:
        """The next window."""
        self._settle()
        window = self._block()[self._sent]
        self._sent += 1
        return window

    def handed_on(self) -> Origin:
        """Where a stream that is laid otherwise begins, so that no token is sent twice or left out."""
        self._settle()
        return self._origin if self._sent == 0 else Origin(self.after().cursor, (), Rest(self.state()))

    @property
    def cursor(self) -> Cursor:
        """Up to where documents were drawn."""
        return self._supply.cursor

    def left(self) -> list[Piece]:
        """The pieces before `cursor` that were not sent, documents made whole again as far as they can be."""
        return joined([*self.unsent(), *self._supply.left])

    def unsent(self) -> list[Piece]:
        """The pieces of its block that were not sent, and those that wait for the next."""
        windows = self._block() if self._sent else self._windows or ()
        return [*(piece for window in windows[self._sent :] for piece in window), *self._supply.carried]

    @property
    def settled(self) -> bool:
        """Whether the next window begins a block."""
        self._settle()
        return self._sent == 0

    @property
    def origin(self) -> Origin:
        """Where its block begins."""
        return self._origin

    def _settle(self) -> None:
        if self._windows is not None and self._sent == len(self._windows):
            self._origin, self._sent, self._windows = self.after(), 0, None

    def _block(self) -> tuple[tuple[Piece, ...], ...]:
        if self._windows is None:
            key = number(self.order.seed, "windows", self._origin.state())
            block = self._packing.pack(self._supply, self.laying.length, key)
            if not block.windows:
                raise ValueError(f"the packer {self.laying.packer.name} made a block without a window")
            self._supply.carry(block.carried)
            self._windows = block.windows
        return self._windows

    def after(self) -> Origin:
        """Where the block behind this one begins."""
        self._block()
        supply = self._supply
        rest = Rest(self._rest.state, self._rest.taken + supply.taken) if self._rest and supply.left else None
        return Origin(supply.cursor, tuple(supply.carried), rest)


class Lanes:
    """The windows of one source in several lengths, all of one order of documents.

    Each length has blocks of its own, and keeps what its packer carried on. A block begins where the last one of any length
    ended: `frontier`. So every token is in one window, whichever lengths are asked for.
    """

    def __init__(
        self,
        order: Order,
        registry: Registry,
        laying: Laying,
        frontier: Origin,
        open_blocks: Mapping[int, Stream] | None = None,
        carried: Mapping[int, tuple[Piece, ...]] | None = None,
    ) -> None:
        self.order, self._registry, self.laying = order, registry, laying
        self._frontier = frontier
        self._open, self._carried = dict(open_blocks or {}), dict(carried or {})
        self._length, self._share = laying.lengths[0], 0.0

    @staticmethod
    def of(state: State, order: Order, registry: Registry) -> Lanes:
        """What wrote `state`."""
        blocks = {one["laying"]["length"]: Stream.of(one, order, registry) for one in state["blocks"]}
        carried = {length: tuple(map(Piece.of, pieces)) for length, pieces in state["carried"]}
        return Lanes(order, registry, Laying.of(state["laying"]), Origin.of(state["frontier"]), blocks, carried)

    def state(self) -> dict[str, Any]:
        """References only: what it takes to go on, as JSON."""
        return {
            "seed": self.order.seed,
            "laying": self.laying.state(),
            "frontier": self._frontier.state(),
            "blocks": [self._open[length].state() for length in sorted(self._open)],
            "carried": [[length, [piece.state() for piece in self._carried[length]]] for length in sorted(self._carried)],
        }

    def turn(self, length: int) -> None:
        """The windows to come have `length` tokens, one of the laying's lengths."""
        self._length = length

    def rewrite(self, share: float) -> None:
        """The share of documents to rewrite of those that blocks to come begin with."""
        self._share = share

    def next(self) -> tuple[Piece, ...]:
        """The next window."""
        length = self._length
        if length not in self._open:
            self._begin(length)
        window = self._open[length].next()
        if self._open[length].settled:
            self._carried[length] = self._open.pop(length).origin.carried
        return window

    def handed_on(self) -> Origin:
        """Where a stream that is laid otherwise begins, so that no token is sent twice or left out."""
        if self._open:
            return Origin(self.cursor, (), Rest(self.state()))
        return Origin(self.cursor, (*self._frontier.carried, *self._waiting()), self._frontier.rest)

    @property
    def cursor(self) -> Cursor:
        """Up to where documents were drawn."""
        return self._frontier.cursor

    def left(self) -> list[Piece]:
        """The pieces before `cursor` that were not sent, documents made whole again as far as they can be."""
        unsent = (piece for length in sorted(self._open) for piece in self._open[length].unsent())
        earlier = _left(self._frontier.rest, self.order, self._registry)
        return joined([*self._frontier.carried, *unsent, *self._waiting(), *earlier])

    def _begin(self, length: int) -> None:
        frontier = self._frontier
        origin = Origin(frontier.cursor, (*frontier.carried, *self._carried.pop(length, ())), frontier.rest)
        laying = replace(self.laying, length=length, lengths=())
        block = Stream(self.order, self._registry, laying, origin, share=self._share)
        after = block.after()
        self._open[length], self._frontier = block, Origin(after.cursor, (), after.rest)

    def _waiting(self) -> list[Piece]:
        return [piece for length in sorted(self._carried) for piece in self._carried[length]]


def resumed(state: State, order: Order, registry: Registry) -> Stream | Lanes:
    """What wrote `state`."""
    return (Lanes if "frontier" in state else Stream).of(state, order, registry)


def _left(rest: Rest | None, order: Order, registry: Registry) -> list[Piece]:
    """What is left of a rest."""
    if rest is None:
        return []
    pieces, skip = [], rest.taken
    for piece in resumed(rest.state, order, registry).left():
        if skip < piece.size:
            pieces.append(piece._replace(start=piece.start + skip))
        skip = max(0, skip - piece.size)
    return pieces
