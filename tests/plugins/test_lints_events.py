"""Lints of events and early stops, on both sides of where each begins to speak."""

from __future__ import annotations

from dataclasses import replace

import chained
import pytest
from chained import chain
from mtdsl_lints.event_holds_at_once import event_holds_at_once

from mtdsl.plan.origins import Origins

REST = f"{chained.REST}, lr = 1e-3"


def phase(*whens, more=""):
    lines = "".join(f"\n    when {test} {{ expect = {at} steps, lr = {lr} }}" for test, at, lr in whens)
    return f"phase one {{ steps = 100, {REST}{more}{lines}\n}}\n"


# ---- event-held-before


@pytest.mark.parametrize(
    ("first", "second", "held"),
    [
        ("loss < 1.57", "loss < 1.98", True),
        ("loss < 1.98", "loss < 1.57", False),
        ("loss < 2", "loss < 2", True),
        ("1.57 > loss", "loss <= 1.98", True),
        ("grad_norm > 2", "grad_norm > 1", True),
        ("grad_norm > 2", "loss > 1", False),
        ("loss < 1.57", "loss > 1", False),
        ("loss < 1.57", "not loss < 1.98", False),
    ],
)
def test_an_event_that_holds_where_an_earlier_one_does(said, first, second, held):
    found = said("event-held-before", phase((first, 10, "9e-4"), (second, 20, "8e-4")))
    assert [one.labels[0].span.text for one in found] == [second] * held


def test_two_events_that_are_expected_at_one_step_may_hold_together(said):
    assert said("event-held-before", phase(("loss < 1.57", 10, "9e-4"), ("loss < 1.98", 10, "8e-4"))) == []


@pytest.mark.parametrize(("stop", "held"), [("loss < 1.98", True), ("loss < 1.5", False), ("plateau(loss, over = 1M)", False)])
def test_an_event_behind_what_ends_the_phase_never_comes(said, stop, held):
    found = said("event-held-before", phase(("loss < 1.57", 10, "9e-4"), more=f", stop = {stop}"))
    assert [one.labels[0].span.text for one in found] == ["loss < 1.57"] * held


# ---- event-holds-at-once: the toy's vocabulary has 512 entries, and ln(512) = 6.24


@pytest.mark.parametrize(
    ("test", "at_once"),
    [
        ("loss > 1.2", True),
        ("loss > 6.2", True),
        ("loss > 6.3", False),
        ("loss < 9.3", False),
        ("loss < 9.4", True),
        ("grad_norm > 1.2", False),
    ],
)
def test_what_fresh_weights_pass(said, test, at_once):
    assert len(said("event-holds-at-once", phase((test, 10, "9e-4")))) == at_once
    found = said("event-holds-at-once", phase(more=f", stop = {test}"))
    assert [one.labels[0].span.text for one in found] == [test] * at_once


def test_of_weights_that_were_trained_the_loss_is_not_known(said):
    start = 'start s { weights = "x", context = 256, lr = 1e-3 }\nflow s -> one\n'
    assert said("event-holds-at-once", start + phase(("loss > 1.2", 10, "9e-4"))) == []


@pytest.mark.parametrize(("test", "at_once"), [("loss > 5.5", True), ("loss > 5.6", False)])
def test_of_an_unknown_vocabulary_256_entries_are_sure(planned, test, at_once):
    plan = replace(planned(phase((test, 10, "9e-4"))), tokenizer=None)
    assert len([*event_holds_at_once(plan, Origins())]) == at_once


# ---- event-copied

STABLE = f"{{ steps = 100, {REST}\nwhen loss < 2 {{ expect = 10 steps, lr = 5e-4 }} }}"


@pytest.mark.parametrize(
    ("second", "copied"),
    [
        ("like one { lr = -> 0 }", True),
        ("like one { lr = -> 0, when = none }", False),
        ("like one { lr = -> 0, when = none\nwhen loss < 2 { expect = 10 steps, mix = b } }", False),
    ],
)
def test_an_event_that_has_happened_and_is_copied(said, second, copied):
    assert len(said("event-copied", chain(STABLE, second))) == copied


def test_an_event_of_a_phase_that_this_one_does_not_follow_is_still_to_come(said):
    text = f"phase one {STABLE}\nphase two like one {{ mix = b }}\nflow one\nflow two\n"
    assert said("event-copied", text) == []


# ---- cannot-hold-in-time: one step of the toy is 256 tokens, a phase 25,600


def stopped(test, evals="", more=""):
    return f"{evals}{chain(f'lr = 1e-3, stop = {test}', 'lr = 1e-3', edge=more)}"


SOME = "eval niah = needle(every = 50 steps)\n"
ENDS = "eval niah = needle()\n"


@pytest.mark.parametrize(
    ("text", "late"),
    [
        (stopped("plateau(loss, over = 12_800 tokens)"), True),
        (stopped("plateau(loss, over = 12_799 tokens)"), False),
        (stopped("plateau(loss, over = 1M) or loss < 2"), False),
        (stopped("plateau(loss, over = 1M) and loss < 2"), True),
        (stopped("not plateau(loss, over = 1M)"), False),
        (stopped("niah >= 90%", ENDS), True),
        (stopped("niah >= 90% and loss < 2", ENDS), True),
        (stopped("niah >= 90% or loss < 2", ENDS), False),
        (stopped("plateau(niah, over = 1_000 tokens)", ENDS), True),
        (stopped("niah >= 90%", SOME), False),
        (stopped("niah >= 90%", "eval niah = needle(every = 100 steps)\n"), True),
        (stopped("niah >= 90%", "eval niah = needle(every = 25_600 tokens)\n"), True),
        (stopped("niah >= 90%", "eval niah = needle(every = 25_599 tokens)\n"), False),
        (stopped("loss < 2", ENDS, "gate = niah >= 90%"), False),
        (stopped("loss < 2", ENDS, "gate = plateau(niah, over = 256 tokens)"), True),
        (stopped("loss < 2", SOME, "gate = plateau(niah, over = 256 tokens)"), False),
        (stopped("loss < 2", more="gate = plateau(loss, over = 12_800 tokens)"), False),
        (stopped("loss < 2", more="gate = plateau(loss, over = 12_801 tokens)"), True),
    ],
)
def test_what_can_hold_only_where_its_phase_has_ended(said, text, late):
    assert len(said("cannot-hold-in-time", text)) == late


@pytest.mark.parametrize(("at", "late"), [(49, True), (50, False)])
def test_an_event_that_is_expected_before_it_can_be_measured(said, at, late):
    assert len(said("cannot-hold-in-time", SOME + phase(("niah > 50%", at, "9e-4")))) == late


def test_what_is_measured_at_ends_only_is_told_how_to_be_measured_inside(said):
    late = stopped("niah >= 90%", ENDS)
    assert said("cannot-hold-in-time", late)[0].help == (
        "let it be measured inside too: `every = 10 steps` in the call of `eval niah`"
    )
    assert said("cannot-hold-in-time", late.replace("needle()", "needle(every = 10 steps)")) == []


# ---- gate-asks-for-worse


@pytest.mark.parametrize(
    ("gate", "told"),
    [
        ("held >= 2.0", ["`held <= ...`"]),
        ("held < 2.0", []),
        ("2.0 < held", ["`held < ...`"]),
        ("loss > 2.0", ["`loss < ...`"]),
        ("niah < 90%", ["`niah > ...`"]),
        ("90% <= niah", []),
        ("held >= 101% * one.held", ["`held <= ...`"]),
        ("held <= 101% * one.held", []),
        ("niah >= 90% and held > 2.0", ["`held < ...`"]),
        ("niah >= 90% or held > 2.0", []),
        ("not held < 2.0", []),
        ("grad_norm > 2.0", []),
        ("plateau(loss, over = 256 tokens)", []),
    ],
)
def test_a_gate_that_holds_where_it_is_bad(said, gate, told):
    evals = "eval niah = needle()\neval held = loss([a])\n"
    found = said("gate-asks-for-worse", evals + chain("lr = 1e-3", "lr = -> 0", edge=f"gate = {gate}"))
    assert [one.help for one in found] == [f"write {hint}" for hint in told]
