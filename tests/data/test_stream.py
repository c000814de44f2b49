"""No token is sent twice or left out, whatever changes on the way: every token of the prefix is counted."""

from __future__ import annotations

import json
import random

import pytest
from datakit import counted, prefix, table

from mtdsl.data.laying import Laying
from mtdsl.data.order import Order
from mtdsl.data.packing import Piece
from mtdsl.data.stream import Origin, Stream
from mtdsl.data.table import Table
from mtdsl.plan.model import Plugin
from mtdsl.registry import installed

CONCAT, BEST_FIT = Plugin("concat"), Plugin("best_fit")


def documents(seed: int, count: int = 150) -> Table:
    rng = random.Random(seed)
    return table([rng.choice([1, 2, 7, 30, 31, 90, 300]) for _ in range(count)], held=3)


def stream(source: Table, packer: Plugin, length: int) -> Stream:
    return Stream(Order(source, 9), installed(), Laying(packer, length), Origin())


def changed(old: Stream, packer: Plugin, length: int) -> Stream:
    return Stream(old.order, installed(), Laying(packer, length), old.handed_on())


def reloaded(old: Stream, source: Table) -> Stream:
    state = json.loads(json.dumps(old.state()))
    return Stream.of(state, Order(source, state["seed"]), installed())


def check(source: Table, sent: list[Piece], last: Stream) -> None:
    left = last.left()
    assert counted(source, [*sent, *left]) == prefix(source, 9, last.cursor)


@pytest.mark.parametrize("seed", range(12))
def test_every_token_once_over_changes_of_packer_window_and_process(seed: int):
    rng, source = random.Random(seed), documents(seed)
    laid, sent = stream(source, rng.choice([CONCAT, BEST_FIT]), 32), []
    for _ in range(8):
        for _ in range(rng.randrange(0, 60)):
            sent.extend(laid.next())
        check(source, sent, laid)
        if rng.random() < 0.5:
            laid = reloaded(laid, source)
        if rng.random() < 0.7:
            laid = changed(laid, rng.choice([CONCAT, BEST_FIT]), rng.choice([8, 32, 100, 256]))
    assert len(json.dumps(laid.state())) < 20_000


@pytest.mark.parametrize("packer", [CONCAT, BEST_FIT])
def test_resumed_anywhere_it_goes_on_as_if_never_stopped(packer: Plugin):
    source = documents(3)
    whole = stream(source, packer, 64)
    expected = [whole.next() for _ in range(200)]
    for stop in (0, 1, 50, 101, 199):
        laid = stream(source, packer, 64)
        for _ in range(stop):
            laid.next()
        again = reloaded(laid, source)
        assert [again.next() for _ in range(200 - stop)] == expected[stop:]


@pytest.mark.parametrize("packer", [CONCAT, BEST_FIT])
def test_the_state_is_small_and_holds_no_tokens(packer: Plugin):
    laid = stream(documents(4, 3000), packer, 256)
    sizes = []
    for _ in range(300):
        laid.next()
        sizes.append(len(json.dumps(laid.state())))
    assert max(sizes) < 1024


def test_a_longer_window_gets_long_documents_whole_again():
    source = table([320] * 40)
    short = stream(source, BEST_FIT, 32)
    for _ in range(7):
        short.next()
    whole = changed(short, CONCAT, 320).next()
    assert max(piece.size for piece in whole) > 32


def test_epochs_differ_in_order_and_not_in_content():
    source = documents(5)
    laid = stream(source, CONCAT, source.size)
    first, second = laid.next(), laid.next()
    assert counted(source, list(first)) == counted(source, list(second))
    assert [piece.document for piece in first] != [piece.document for piece in second]
    assert not set(source.validation.tolist()) & {piece.document for piece in first}
