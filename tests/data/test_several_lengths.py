"""Steps of several lengths: which length each has, no token twice or left out, and the same wherever it was stopped."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from datakit import after, blend, corpus, counted, phase, plan, prefix, source, table
from hypothesis import given, settings
from hypothesis import strategies as st

from mtdsl.data import Borders, Corpus, Feed, Window, collate, trained
from mtdsl.data.laying import Laying
from mtdsl.data.order import Order
from mtdsl.data.packing import Piece
from mtdsl.data.stream import Lanes, Origin, Stream, resumed
from mtdsl.data.table import Table
from mtdsl.data.usage import taken
from mtdsl.plan.model import Batch, Feeding, Phase, Plugin, Run
from mtdsl.registry import installed

REGISTRY = installed()
MIX = blend(a="0.7", b="0.3")
PACKERS = [Plugin("concat"), Plugin("best_fit"), Plugin("greedy")]


def feeding(*parts: tuple[int, str]) -> Feeding:
    return Feeding(tuple(length for length, _ in parts), tuple(Fraction(share) for _, share in parts))


FED = feeding((64, "3/4"), (16, "1/4"))


def fed(name: str, steps: int, **more: object) -> Phase:
    return phase(name, MIX, steps, 4, 64, **{"feeding": FED, **more})


def text() -> Corpus:
    return corpus(a=table([40, 7, 90] * 90, 2), b=table([33] * 200, 2, 10**6))


def begin(made: Phase, words: Corpus, inherited: dict[str, object] | None = None) -> Feed:
    return Feed.begin(plan([made]), made, words, REGISTRY, inherited)


def reloaded(made: Phase, words: Corpus, feed: Feed) -> Feed:
    return Feed.resume(plan([made]), made, words, REGISTRY, json.loads(json.dumps(feed.state(), sort_keys=True)))


def pieces(windows: list[Window], name: str) -> list[Piece]:
    return [piece for window in windows if window.source == name for piece in window.pieces]


def test_lengths_take_turns_by_their_share_and_tokens_a_step_stay_the_same() -> None:
    feed = begin(fed("p", 12), text())
    lengths = []
    for _ in range(12):
        lengths.append(feed.length)
        windows = feed.step()
        assert len(windows) * lengths[-1] == 256
        assert max(window.size for window in windows) <= lengths[-1]
    assert lengths == [64, 64, 16, 64] * 3


@pytest.mark.parametrize("packer", PACKERS)
def test_resumed_at_any_step_it_goes_on_as_if_never_stopped(packer: Plugin) -> None:
    made, words = fed("p", 16, packing=packer), text()
    whole = begin(made, words)
    expected = [(whole.length, whole.step()) for _ in range(16)]
    feed = begin(made, words)
    for step in range(16):
        feed = reloaded(made, words, feed)
        assert (feed.length, feed.step()) == expected[step]


@pytest.mark.parametrize("packer", PACKERS)
def test_every_token_once_before_within_and_behind_such_a_phase(packer: Plugin) -> None:
    words = text()
    phases = [
        phase("before", MIX, 3, 4, 32, packing=Plugin("best_fit")),
        fed("p", 9, packing=packer),
        fed("q", 5, packing=packer, feeding=feeding((8, "1/2"), (32, "1/4"), (64, "1/4"))),
        phase("behind", MIX, 7, 4, 64, packing=packer),
    ]
    sent, state = [], None
    for made in phases:
        feed = begin(made, words, state)
        sent += [window for _ in range(made.steps) for window in feed.step()]
        state = json.loads(json.dumps(feed.state()["streams"]))
    for name, at in words.tables.items():
        stream = resumed(state[name], Order(at, state[name]["seed"]), REGISTRY)
        found = counted(at, [*pieces(sent, name), *stream.left()])
        assert found == prefix(at, state[name]["seed"], stream.cursor)
        assert set(found.values()) <= {stream.cursor.epoch, stream.cursor.epoch + 1}


def documents(seed: int) -> Table:
    draw = random.Random(seed)
    return table([draw.choice([1, 2, 7, 30, 31, 90, 300]) for _ in range(150)], held=3)


@pytest.mark.parametrize("seed", range(12))
def test_every_token_once_whichever_lengths_are_asked_for_and_however_it_was_laid_before(seed: int) -> None:
    draw, at, sent = random.Random(seed), documents(seed), []
    laid: Stream | Lanes = Stream(Order(at, 9), REGISTRY, Laying(draw.choice(PACKERS), 32), Origin())
    for _ in range(8):
        for _ in range(draw.randrange(30)):
            if isinstance(laid, Lanes):
                laid.turn(draw.choice(laid.laying.lengths))
            sent.extend(laid.next())
            if draw.random() < 0.1:
                laid = resumed(json.loads(json.dumps(laid.state())), Order(at, 9), REGISTRY)
        assert counted(at, [*sent, *laid.left()]) == prefix(at, 9, laid.cursor)
        lengths = tuple(draw.sample([8, 32, 100, 256], draw.choice([0, 2, 3])))
        made = Laying(draw.choice(PACKERS), 256, lengths)
        laid = (Lanes if lengths else Stream)(laid.order, REGISTRY, made, laid.handed_on())
    assert len(json.dumps(laid.state())) < 40_000


def test_a_document_sees_only_itself_at_every_length() -> None:
    """Attention is bounded by the pieces of documents, where positions begin at 0; without a mask, by the sequence."""
    feed, words = begin(fed("p", 4), text()), text()
    for _ in range(4):
        length, windows = feed.length, feed.step()
        flat = collate(windows, words, length, Borders())
        segments = [piece.size for window in windows for piece in window.pieces]
        assert np.diff(flat.cu_seqlens).tolist() == segments
        assert flat.max_length <= length
        assert flat.position_ids.tolist() == [at for size in segments for at in range(size)]
        assert int((flat.labels != -100).sum()) == trained(windows, words, Borders())
        rows = collate(windows, words, length, Borders("none", "window", "masked"))
        assert set(np.diff(rows.cu_seqlens).tolist()) == {length}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), st.integers(1, 60), st.data())
def test_each_length_and_each_source_has_its_share_of_the_tokens(amounts: list[int], steps: int, data: st.DataObject) -> None:
    """To within a step for lengths, and a longest sequence for sources; also where the batch grows."""
    parts = [(length, str(Fraction(part, sum(amounts)))) for length, part in zip((64, 32, 8), amounts, strict=False)]
    grown = data.draw(st.integers(0, steps))
    runs = tuple(run for run in (Run(steps - grown, 2), Run(grown, 5)) if run.steps)
    total = 64 * sum(run.steps * run.sequences for run in runs)
    made = fed("p", steps, feeding=feeding(*parts), batch=Batch(64, runs), tokens=total)
    words = text()
    feed, by_length, by_source = begin(made, words), Counter[int](), Counter[str]()
    for _ in range(steps):
        length, windows = feed.length, feed.step()
        by_length[length] += length * len(windows)
        by_source.update({name: length * sum(one.source == name for one in windows) for name in "ab"})
        for size, share in parts:
            assert abs(by_length[size] - float(Fraction(share)) * sum(by_length.values())) <= 5 * 64 * (1 + 1 / 3)
        assert abs(by_source["a"] - 0.7 * sum(by_length.values())) <= 64
    due = taken(plan([made], [source(name) for name in "ab"]), words.epochs, REGISTRY)["p"]
    assert all(abs(by_source[name] - due[name]) <= 65 for name in "ab")


def test_a_phase_of_one_length_behind_it_keeps_its_own_promise() -> None:
    words = text()
    first, then = fed("p", 3), phase("then", MIX, 10, 4, 64, **after(fed("p", 3)))
    feed = begin(first, words)
    for _ in range(3):
        feed.step()
    behind = begin(then, words, feed.state()["streams"])
    sent = Counter(window.source for _ in range(10) for window in behind.step())
    assert sent == {"a": 28, "b": 12}
    assert behind.length == 64


def test_another_seed_has_other_documents_and_the_same_lengths() -> None:
    one, other = begin(fed("p", 6), text()), begin(replace(fed("p", 6), seed=5), text())
    for _ in range(6):
        assert one.length == other.length
        assert one.step() != other.step()
