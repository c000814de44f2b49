from __future__ import annotations

import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from datakit import blend, corpus, counted, phase, plan, prefix, table

from mtdsl.data import Borders, Corpus, Feed, Window, collate, trained
from mtdsl.data import Piece as Reference
from mtdsl.data.order import Order
from mtdsl.data.stream import Stream
from mtdsl.plan.model import Batch, Curve, Phase, Piece, Plugin, Run, Transition
from mtdsl.plan.steps import sequences
from mtdsl.registry import installed

PACKERS = (Plugin("concat"), Plugin("best_fit"))


@pytest.fixture(scope="module")
def text() -> Corpus:
    rng = random.Random(2)
    lengths = [[rng.choice([3, 9, 17, 40, 120]) for _ in range(300)] for _ in range(3)]
    return corpus(a=table(lengths[0], 2), b=table(lengths[1], 2, 10**6), c=table(lengths[2], 2, 2 * 10**6))


def begin(made: Phase, text: Corpus, inherited: dict[str, object] | None = None) -> Feed:
    return Feed.begin(plan([made]), made, text, installed(), inherited)


def resume(made: Phase, text: Corpus, state: dict[str, object]) -> Feed:
    return Feed.resume(plan([made]), made, text, installed(), json.loads(json.dumps(state)))


def fed(feed: Feed, steps: int) -> list[Window]:
    return [window for _ in range(steps) for window in feed.step()]


def ramp(steps: int, made: Phase) -> Curve:
    """From `a` to `b` over the phase, `c` standing at a tenth."""
    end = Fraction(steps * made.batch.length * sequences(made, 0))
    return Curve((Piece(Fraction(0), end, blend(a="0.9", c="0.1"), blend(b="0.9", c="0.1"), Plugin("linear")),))


MIXED = blend(a="0.5", b="0.37", c="0.13")


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("moving", [False, True])
def test_resumed_at_any_step_it_goes_on_as_if_never_stopped(text: Corpus, packing: Plugin, moving: bool):
    made = phase("p", MIXED, 40, 5, 64, packing=packing)
    made = phase("p", ramp(40, made), 40, 5, 64, packing=packing) if moving else made
    expected = fed(begin(made, text), 40)
    feed = begin(made, text)
    for step in range(40):
        if step in (0, 1, 7, 23, 39):
            feed = resume(made, text, feed.state())
        assert feed.step() == expected[5 * step : 5 * step + 5]


def test_a_ramp_is_followed(text: Corpus):
    made = phase("p", MIXED, 40, 10, 64)
    feed = begin(phase("p", ramp(40, made), 40, 10, 64), text)
    names = [window.source for window in fed(feed, 40)]
    quarters = [Counter(names[at : at + 100]) for at in range(0, 400, 100)]
    assert [abs(found["a"] - due) <= 2 for found, due in zip(quarters, (79, 57, 34, 12), strict=True)] == [True] * 4
    assert all(abs(found["c"] - 10) <= 2 for found in quarters)
    assert feed.taken() == Counter(names)


def test_a_growing_batch(text: Corpus):
    made = phase("p", MIXED, 4, batch=Batch(16, (Run(2, 3), Run(2, 7))))
    assert [len(begin(made, text).step())] == [3]
    assert len(fed(begin(made, text), 4)) == 20


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("moving", [False, True])
def test_a_phase_cut_in_two_is_fed_the_same(text: Corpus, packing: Plugin, moving: bool):
    whole = phase("p", MIXED, 30, 5, 64, packing=packing)
    mix = ramp(30, whole) if moving else whole.mix
    whole = phase("p", mix, 30, 5, 64, packing=packing)
    first = phase("q", mix, 11, 5, 64, packing=packing)
    moved = Fraction(11 * 5 * 64)
    shifted = Curve(tuple(Piece(at.begin - moved, at.end - moved, at.start, at.stop, at.by) for at in mix.pieces))
    second = phase("r", shifted, 19, 5, 64, packing=packing, seed=5)
    one = begin(first, text)
    windows = fed(one, 11)
    windows += fed(begin(second, text, one.state()["streams"]), 19)
    assert windows == fed(begin(whole, text), 30)


def test_every_token_once_along_a_chain(text: Corpus):
    """Window, packer, batch and mixture change; `c` rests for a phase; all three sources go through more than an epoch."""
    chain = [
        phase("one", MIXED, 31, 9, 32, packing=PACKERS[1]),
        phase("two", blend(a="0.6", b="0.4"), 40, 3, 128),
        phase("three", MIXED, 9, 4, 256, packing=PACKERS[1]),
        phase("four", MIXED, 90, 5, 100),
    ]
    sent: dict[str, list[Reference]] = {name: [] for name in "abc"}
    inherited = None
    for made in chain:
        feed = begin(made, text, inherited)
        for step in range(made.steps):
            if step == made.steps // 2:
                feed = resume(made, text, feed.state())
            for window in feed.step():
                sent[window.source].extend(window.pieces)
        inherited = feed.state()["streams"]
    for name, pieces in sent.items():
        source, state = text.tables[name], inherited[name]
        stream = Stream.of(state, Order(source, state["seed"]), installed())
        left, cursor = stream.left(), stream.cursor
        assert cursor.epoch >= 1
        assert counted(source, [*pieces, *left]) == prefix(source, state["seed"], cursor)
        assert not {piece.document for piece in pieces} & set(source.validation.tolist())


def test_fork_members_see_the_same_and_fresh_ones_do_not(text: Corpus):
    trunk = begin(phase("trunk", MIXED, 5), text)
    fed(trunk, 5)
    streams = trunk.state()["streams"]
    members = [phase("m", MIXED, 5, seed=seed) for seed in (1, 2)]
    going_on = [fed(begin(member, text, streams), 5) for member in members]
    fresh = [fed(begin(member, text), 5) for member in members]
    assert going_on[0] == going_on[1]
    assert fresh[0] != fresh[1]
    assert fresh[0] != going_on[0]
    assert fresh[0] == fed(begin(members[0], text), 5)


def test_a_source_that_rests_keeps_its_place(text: Corpus):
    one = begin(phase("one", MIXED, 20, 4, 64), text)
    fed(one, 20)
    two = begin(phase("two", blend(a="1"), 20, 4, 64), text, one.state()["streams"])
    fed(two, 20)
    assert two.state()["streams"]["b"] == one.state()["streams"]["b"]


def test_a_phase_that_trains_nothing_hands_on_what_it_got(text: Corpus):
    one = begin(phase("one", MIXED, 3), text)
    fed(one, 3)
    streams = one.state()["streams"]
    serve = phase("serve", None, 0, batch=None)
    assert begin(serve, text, streams).state()["streams"] == streams


def test_the_state_is_small(text: Corpus):
    feed = begin(phase("p", MIXED, 50, 8, 64, packing=PACKERS[1]), text)
    for _ in range(50):
        feed.step()
        assert len(json.dumps(feed.state())) < 3 * 1024


def test_labels_are_counted_without_a_token(text: Corpus):
    for packing in PACKERS:
        windows = fed(begin(phase("p", MIXED, 10, 8, 64, packing=packing, transition=Transition()), text), 10)
        assert (collate(windows, text, 64, Borders()).labels >= 0).sum() == trained(windows, text, Borders())
