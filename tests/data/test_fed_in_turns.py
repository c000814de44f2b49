"""A feed whose steps take turns: what each draws from, and that it goes on with the right turn wherever it was stopped."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from datakit import blend, corpus, phase, plan, source, standing, table
from hypothesis import given, settings
from hypothesis import strategies as st

from mtdsl.data import Corpus, Feed, Window
from mtdsl.data.usage import taken
from mtdsl.plan.intake import phase_intake
from mtdsl.plan.model import Batch, Blend, Curve, Phase, Piece, Plugin, Rule, Run, Turn
from mtdsl.plan.sizes import Size
from mtdsl.plan.turns import advanced, going_on
from mtdsl.registry import Feedback, installed

REGISTRY = installed()
SIZES = {name: Size(10**6) for name in "abc"}


def turns(*parts: tuple[str, Blend], share: str = "1") -> Blend:
    """`alternate` of mixtures with their shares."""
    shares = tuple(Fraction(one) for one, _ in parts)
    names = dict.fromkeys(name for _, mix in parts for name in mix.shares)
    made = tuple(Turn(one, mix) for one, (_, mix) in zip(shares, parts, strict=True))
    return Blend(rules=(Rule(Fraction(share), Plugin("alternate", {"shares": shares}), names, turns=made),))


MIXED = turns(("2/3", blend(a="0.7", b="0.3")), ("1/3", blend(c="1")))


@pytest.fixture(scope="module")
def text() -> Corpus:
    return corpus(a=table([40, 7, 90] * 90, 2), b=table([33] * 200, 2, 10**6), c=table([120] * 60, 2, 2 * 10**6))


def begin(made: Phase, text: Corpus, inherited: dict[str, object] | None = None) -> Feed:
    return Feed.begin(plan([made]), made, text, REGISTRY, inherited)


def resume(made: Phase, text: Corpus, feed: Feed) -> Feed:
    return Feed.resume(plan([made]), made, text, REGISTRY, json.loads(json.dumps(feed.state(), sort_keys=True)))


def names(windows: list[Window]) -> str:
    return "".join(sorted({window.source for window in windows}))


def test_each_step_draws_from_one_of_them(text: Corpus) -> None:
    feed = begin(phase("p", MIXED, 30, 5, 64), text)
    steps = [feed.step() for _ in range(30)]
    assert {names(windows) for windows in steps} == {"ab", "c"}
    assert [names(windows) == "c" for windows in steps] == [False, True, False] * 10
    assert feed.taken() == {"a": 70, "b": 30, "c": 50}
    assert feed.chosen() is None


def test_resumed_at_any_step_it_goes_on_as_if_never_stopped(text: Corpus) -> None:
    made = phase("p", MIXED, 20, 5, 64)
    whole = begin(made, text)
    expected = [whole.step() for _ in range(20)]
    feed = begin(made, text)
    for step in range(20):
        feed = resume(made, text, feed)
        assert feed.step() == expected[step]


@pytest.mark.parametrize("cut", [1, 2, 3, 11])
@pytest.mark.parametrize("mix", [MIXED, turns(("3/4", blend(a="0.7", b="0.3")), ("1/4", blend(a="0.2", c="0.8")))])
def test_a_phase_cut_in_two_is_fed_the_same(text: Corpus, cut: int, mix: Blend) -> None:
    whole = begin(phase("p", mix, 20, 5, 64), text)
    first = phase("one", mix, cut, 5, 64)
    then = phase("two", going_on(standing(mix), advanced(first.mix, cut, REGISTRY)), 20 - cut, 5, 64, seed=7)
    one = begin(first, text)
    found = [one.step() for _ in range(cut)]
    two = begin(then, text, json.loads(json.dumps(one.state()["streams"])))
    assert [*found, *(two.step() for _ in range(20 - cut))] == [whole.step() for _ in range(20)]


def test_a_rule_that_the_phase_before_did_not_have_begins_with_its_first_turn() -> None:
    before = advanced(phase("one", MIXED, 4).mix, 4, REGISTRY)
    other = turns(("1/3", blend(a="0.7", b="0.3")), ("2/3", blend(c="1")))
    parts = [going_on(standing(mix), before).pieces[0].stop.rules[0].turn for mix in (MIXED, other, turns(("1", MIXED)))]
    assert parts == [1, 0, 0]


def test_an_arrow_moves_towards_all_turns(text: Corpus) -> None:
    made = phase("p", MIXED, 60, 10, 64)
    mix = Curve((Piece(Fraction(0), Fraction(made.tokens), blend(b="1"), MIXED, Plugin("linear")),))
    feed = begin(replace(made, mix=mix), text)
    steps = [Counter(window.source for window in feed.step()) for _ in range(60)]
    assert steps[0] == {"b": 10}
    assert all(not (step["a"] and step["c"]) for step in steps)
    assert steps[58]["c"] >= 9
    assert steps[59]["a"] >= 6
    due = phase_intake(replace(made, mix=mix), SIZES, REGISTRY)
    assert feed.taken() == pytest.approx(
        {name: tokens / 64 for name, tokens in due.items()}, abs=6
    )  # a step is fed what it begins with


def test_a_part_of_a_mixture_takes_turns(text: Corpus) -> None:
    part = turns(("1/2", blend(b="1")), ("1/2", blend(c="1")), share="0.5")
    feed = begin(phase("p", Blend(blend(a="0.5").shares, part.rules), 10, 4, 64), text)
    assert [names(feed.step()) for _ in range(10)] == ["ab", "ac"] * 5
    assert feed.taken() == {"a": 20, "b": 10, "c": 10}


def test_a_rule_that_learns_in_a_turn(text: Corpus) -> None:
    learns = Blend(rules=(Rule(Fraction(1), Plugin("odm", {"alpha": Fraction(9, 10)}), {"a": None, "b": None}),))
    made = phase("p", turns(("1/2", learns), ("1/2", blend(c="1"))), 60, 5, 64)
    made = replace(made, mix=replace(made.mix, pieces=tuple(map(named, made.mix.pieces))))
    feed, steps = begin(made, text), []
    for step in range(60):
        if step in (7, 8, 31):
            feed = resume(made, text, feed)
        windows = feed.step()
        read = Counter(window.source for window in windows)
        losses = {name: {"a": 3.0, "b": 1.5, "c": 2.0}[name] for name in read}
        feed.observe(Feedback(losses, dict(read)))
        steps.append(names(windows))
    assert set(steps[1::2]) == {"c"}
    assert "c" not in "".join(steps[::2])
    assert feed.taken()["a"] > 1.5 * feed.taken()["b"] > 0


def named(piece: Piece[Blend]) -> Piece[Blend]:
    """The piece with the sources that its turns name through rules."""
    (rule,) = piece.stop.rules
    mix = Blend(rules=(replace(rule, sources=dict.fromkeys("abc")),))
    return replace(piece, start=mix, stop=mix)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=3, max_size=3), st.integers(1, 40), st.integers(0, 39), st.data())
def test_what_a_plan_takes_of_each_source_is_what_the_steps_take(
    amounts: list[int], steps: int, turn: int, data: st.DataObject
) -> None:
    """Every turn has one source, so nothing is rounded: also where the batch grows, and a phase begins amid the turns."""
    shares = [str(Fraction(amount, sum(amounts))) for amount in amounts]
    mix = turns(*((share, blend(**{name: "1"})) for share, name in zip(shares, "abc", strict=True)))
    mix = Blend(rules=(replace(mix.rules[0], turn=turn % sum(amounts)),))
    grown = data.draw(st.integers(0, steps))
    runs = tuple(run for run in (Run(steps - grown, 2), Run(grown, 5)) if run.steps)
    tokens = 16 * sum(run.steps * run.sequences for run in runs)
    made = phase("p", mix, steps, batch=Batch(16, runs), tokens=tokens)
    text = corpus(**{name: table([50] * 60, 2, at * 10**6) for at, name in enumerate("abc")})
    feed = begin(made, text)
    for _ in range(steps):
        assert len(names(feed.step())) == 1
    found = {name: 16 * count for name, count in feed.taken().items()}
    assert phase_intake(made, SIZES, REGISTRY) == pytest.approx(found)
    assert taken(plan([made], [source(name) for name in "abc"]), text.epochs, REGISTRY)["p"] == found
