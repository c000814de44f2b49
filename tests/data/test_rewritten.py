"""Documents that are rewritten: nothing is lost, and a document is the same however it is read, stopped or batched."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from datakit import blend, corpus, phase, plan, prefix, table
from mtdsl_packers.fim import Mixed, Psm

from mtdsl.data import Borders, Corpus, Feed, Table, Window, collate, trained
from mtdsl.data.forms import Forms, Rewriter, chances
from mtdsl.data.laying import Laying, rules_of
from mtdsl.data.order import Order
from mtdsl.data.packing import Piece
from mtdsl.data.stream import Lanes, Origin, Stream, resumed
from mtdsl.plan.model import Curve, Feeding, Phase, Plugin
from mtdsl.plan.model import Piece as Stretch
from mtdsl.registry import installed

REGISTRY = installed()
SPECIAL = {"prefix": 10**8, "suffix": 10**8 + 1, "middle": 10**8 + 2}
PACKERS = [Plugin("concat"), Plugin("best_fit"), Plugin("greedy")]
WHOLE = Plugin("psm", {"split": "token", "level": "document"})
PARTS = Plugin("mixed", {"split": "token", "level": "context"})
MIX = blend(a="0.7", b="0.3")


class Unused:
    """A tokenizer that nobody asks, since places are between tokens."""

    def encode(self, text: str) -> list[int]:
        raise AssertionError(text)

    def decode(self, ids: object) -> str:
        raise AssertionError(ids)


REWRITERS = {
    rules_of(WHOLE): Rewriter(Psm("token", "document"), SPECIAL, Unused(), None, -1),
    rules_of(PARTS): Rewriter(Mixed("token", "context"), SPECIAL, Unused(), None, -1),
}


def rewritten(made: Table) -> Table:
    return replace(made, forms=Forms(REWRITERS))


def documents(seed: int, count: int = 150) -> Table:
    draw = random.Random(seed)
    return rewritten(table([draw.choice([1, 2, 7, 30, 31, 90, 300]) for _ in range(count)], held=3))


def text() -> Corpus:
    return corpus(a=rewritten(table([40, 7, 90] * 90, 2)), b=rewritten(table([33] * 200, 2, 10**6)))


def tokens(source: Table, pieces: list[Piece]) -> list[int]:
    found: list[int] = []
    for piece in pieces:
        out = np.empty(piece.size, np.int64)
        if piece.form is None:
            source.copy(piece.document, piece.start, out)
        else:
            assert source.forms is not None
            out[:] = source.forms.tokens(source, piece.document, piece.form)[piece.start : piece.stop]
        found += out.tolist()
    return found


def standing(share: str) -> Curve[Fraction]:
    return Curve((Stretch(Fraction(0), Fraction(0), Fraction(share), Fraction(share)),))


def moving(steps: int) -> Curve[Fraction]:
    return Curve(
        (Stretch(Fraction(0), Fraction(steps * 256), Fraction(1, 4), Fraction(1), Plugin("linear", {"multiple": None})),)
    )


def made(steps: int, **more: object) -> Phase:
    return phase("p", MIX, steps, 4, 64, **{"fim_mode": WHOLE, "scalars": {"fim": standing("1/2")}, **more})


def begin(of: Phase, words: Corpus, inherited: dict[str, object] | None = None) -> Feed:
    return Feed.begin(plan([of]), of, words, REGISTRY, inherited)


def reloaded(of: Phase, words: Corpus, feed: Feed) -> Feed:
    return Feed.resume(plan([of]), of, words, REGISTRY, json.loads(json.dumps(feed.state(), sort_keys=True)))


@pytest.mark.parametrize("seed", range(16))
def test_every_token_once_whatever_is_rewritten_and_however_it_was_laid_before(seed: int) -> None:
    draw, source = random.Random(seed), documents(seed)
    laid: Stream | Lanes = Stream(Order(source, 9), REGISTRY, Laying(draw.choice(PACKERS), 32, (), WHOLE), Origin())
    sent: list[Piece] = []
    for _ in range(8):
        for _ in range(draw.randrange(30)):
            laid.rewrite(draw.choice([0.0, 0.5, 1.0]))
            if isinstance(laid, Lanes):
                laid.turn(draw.choice(laid.laying.lengths))
            window = laid.next()
            assert 0 < sum(piece.size for piece in window) <= 256
            sent.extend(window)
            if draw.random() < 0.1:
                laid = resumed(json.loads(json.dumps(laid.state())), Order(source, 9), REGISTRY)
        found = Counter(tokens(source, [*sent, *laid.left()]))
        begun = len({(piece.document, piece.form) for piece in [*sent, *laid.left()] if piece.form})
        assert [found.pop(one, 0) for one in SPECIAL.values()] == [begun] * 3
        assert found == prefix(source, 9, laid.cursor)
        lengths = tuple(draw.sample([8, 32, 100, 256], draw.choice([0, 2])))
        laying = Laying(draw.choice(PACKERS), draw.choice([20, 256]), lengths, draw.choice([None, WHOLE, PARTS]))
        laid = (Lanes if lengths else Stream)(laid.order, REGISTRY, laying, laid.handed_on())


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("rewriter", [WHOLE, PARTS])
@pytest.mark.parametrize("share", [standing("1/3"), moving(16)])
def test_resumed_at_any_step_it_goes_on_as_if_never_stopped(packer: Plugin, rewriter: Plugin, share: Curve[Fraction]) -> None:
    of, words = made(16, packing=packer, fim_mode=rewriter, scalars={"fim": share}), text()
    whole = begin(of, words)
    expected = [whole.step() for _ in range(16)]
    assert any(piece.form for step in expected for window in step for piece in window.pieces)
    feed = begin(of, words)
    for step in range(16):
        feed = reloaded(of, text(), feed)
        assert feed.step() == expected[step]


def test_steps_of_several_lengths_are_resumed_too() -> None:
    of = made(12, feeding=Feeding((64, 16), (Fraction(3, 4), Fraction(1, 4))), packing=Plugin("best_fit"))
    whole = begin(of, text())
    expected = [whole.step() for _ in range(12)]
    feed = begin(of, text())
    for step in range(12):
        feed = reloaded(of, text(), feed)
        assert feed.step() == expected[step]


def test_a_document_is_rewritten_alike_under_other_windows_batches_and_packers() -> None:
    def forms(**more: object) -> dict[tuple[str, int], object]:
        words = text()
        feed = begin(made(30, **more), words)
        pieces = [(window.source, piece) for _ in range(28) for window in feed.step() for piece in window.pieces]
        return {(name, piece.document): piece.form for name, piece in pieces}

    usual = forms()
    for other in (forms(packing=Plugin("best_fit")), forms(packing=Plugin("greedy"))):
        both = usual.keys() & other.keys()
        assert len(both) > 30
        assert {usual[one] for one in both} != {None}
        assert all(usual[one] == other[one] for one in both)


def test_documents_of_a_smaller_share_are_among_those_of_a_larger_one_and_epochs_differ() -> None:
    few, many = ({one for one in range(4000) if chances(7, one, 0)[0] < share} for share in (0.1, 0.5))
    assert few < many
    assert 340 < len(few) < 460
    assert 1880 < len(many) < 2120
    assert {one for one in range(4000) if chances(8, one, 0)[0] < 0.1} != few


def test_what_a_window_holds_of_a_document_is_rewritten_within_it_and_windows_are_full() -> None:
    words = text()
    feed = begin(made(10, fim_mode=PARTS, scalars={"fim": standing("1")}), words)
    for _ in range(10):
        for window in feed.step():
            assert window.size == 64
            for piece in window.pieces:
                whole = tokens(words.tables[window.source], [piece])
                marks = [whole.count(one) for one in SPECIAL.values()]
                assert marks == ([1, 1, 1] if piece.form else [0, 0, 0])
                assert piece.form is not None or piece.size <= 3


@pytest.mark.parametrize("borders", [Borders(), Borders("none", "window", "learnt")])
@pytest.mark.parametrize("rewriter", [WHOLE, PARTS])
def test_every_token_is_trained_on_special_ones_too(borders: Borders, rewriter: Plugin) -> None:
    words = text()
    feed = begin(made(10, fim_mode=rewriter, scalars={"fim": standing("1")}), words)
    for _ in range(10):
        windows = feed.step()
        flat = collate(windows, words, 64, borders)
        learnt = flat.labels != -100
        assert int(learnt.sum()) == trained(windows, words, borders)
        assert (flat.labels[learnt] == np.roll(flat.input_ids, -1)[learnt]).all()
        if borders.eod_loss == "masked":
            assert int((~learnt).sum()) == sum(len(window.pieces) for window in windows)
        predicted = {10**8 + 1, 10**8 + 2} if borders.eod_loss == "masked" else set(SPECIAL.values())
        assert predicted <= set(flat.labels.tolist())  # that before the prefix comes first, and nothing predicts what is first


def test_a_cut_document_predicts_nothing_at_the_cut_where_ends_are_learnt() -> None:
    words = corpus(a=rewritten(table([40, 40])))
    form = Stream(Order(words.tables["a"], 1), REGISTRY, Laying(Plugin("concat"), 86, (), WHOLE), Origin(), share=1.0).next()
    assert [piece.size for piece in form] == [43, 43]
    cut = (form[0]._replace(stop=20), form[1])
    learnt = Borders("none", "window", "learnt")
    assert trained([Window("a", form)], words, learnt) == 85
    assert trained([Window("a", cut)], words, learnt) == 61


def test_what_is_not_rewritten_has_the_state_that_it_had() -> None:
    plain = phase("p", MIX, 5, 4, 64, packing=Plugin("best_fit"))
    bare = corpus(a=table([40, 7, 90] * 90, 2), b=table([33] * 200, 2, 10**6))
    one, other = begin(plain, bare), begin(plain, text())
    for _ in range(5):
        assert one.step() == other.step()
    state = json.dumps(one.state())
    assert state == json.dumps(other.state())
    assert "rewrit" not in state
    assert Piece(3, 1, 2).state() == [3, 1, 2]


def test_bos_and_eos_stay_at_the_ends() -> None:
    rewriter = Rewriter(Psm("token"), SPECIAL, Unused(), 1, 2)
    for ids, inside in (([1, 5, 6, 2], 2), ([5, 6, 2], 2), ([5, 6], 2), ([1, 2], 0), ([2], 0), ([], 0)):
        found = rewriter(np.array(ids, np.int64), chances(0, 0, 0)[1]).tolist()
        assert len(found) == len(ids) + 3
        assert found[:1] == [1] or ids[:1] != [1]
        assert found[-1:] == [2] or ids[-1:] != [2]
        assert Counter(found) == Counter(ids) + Counter(SPECIAL.values())
        assert inside == len([one for one in found if one in (5, 6)])
