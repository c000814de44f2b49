"""Transitions with every policy that published recipes name, and what the values around them express."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan.curves import rate_of_step, shares_at
from mtdsl.plan.model import Gate, Parent, Plugin, Term, Test
from mtdsl.registry import installed

REST = "batch = 1 x 256, mix = a"
CHAIN = f"""
eval niah = needle()
context = 256
start base {{ weights = "folder", tokens = 1B, context = 256, lr = 1e-3 }}
phase trunk {{ steps = 10, {REST}, lr = 1e-3 }}
phase anneal for order in [1, 2] {{ steps = 4, {REST}, lr = -> 0, seed = order }}
merge soup = average(anneal)
phase tail {{ steps = 4, {REST}, lr = 1e-4 -> 0 }}
transition trunk -> anneal {{ data = fresh }}
flow base -> trunk -> anneal -> soup -> tail
"""


@pytest.fixture
def edge(plan):
    """The transition into a phase, after what the recipe says of it."""
    return lambda path, policy, into: plan(CHAIN + f"transition {path} {{ {policy} }}\n").phase(into).transition


@pytest.mark.parametrize(
    ("path", "into", "policy", "optimizer", "of", "rescale"),
    [
        ("trunk -> anneal", "anneal[1]", "optimizer = keep", "keep", "", None),
        ("trunk -> anneal", "anneal[1]", "optimizer = reset", "reset", "", None),
        ("trunk -> anneal", "anneal[2]", "optimizer = reset_moments", "reset_moments", "", None),
        ("trunk -> anneal", "anneal[2]", "optimizer = rescale(0.5)", "rescale", "", F(1, 2)),
        ("trunk -> anneal", "anneal[2]", "optimizer = rescale(25%)", "rescale", "", F(1, 4)),
        ("trunk -> anneal", "anneal[2]", "optimizer = keep(trunk)", "keep", "", None),
        ("soup -> tail", "tail", "optimizer = keep(anneal[2])", "keep", "anneal[2]", None),
        ("soup -> tail", "tail", "optimizer = keep(trunk)", "keep", "trunk", None),
        ("base -> trunk", "trunk", "optimizer = keep", "keep", "", None),
    ],
)
def test_what_happens_to_the_optimizer(edge, path, into, policy, optimizer, of, rescale):
    found = edge(path, policy, into)
    assert (found.optimizer, found.optimizer_of, found.rescale, "optimizer" in found.written) == (optimizer, of, rescale, True)


def test_a_start_may_hand_on_its_data_order(edge):
    assert edge("base -> trunk", "data = continue", "trunk").data == "continue"


@pytest.mark.parametrize(
    ("policy", "gate"),
    [
        ("gate = niah >= 100%", Gate(Test(">=", (Term(metric="niah"), Term(F(1)))))),
        ("gate = loss < trunk.loss, on_fail = stop", Gate(Test("<", (Term(metric="loss"), Term(metric="loss", of="trunk"))))),
        (
            "gate = plateau(loss, over = 1M), on_fail = rollback(trunk)",
            Gate(None, Plugin("plateau", {"metric": "loss", "over": 10**6, "least": F(0)}), "rollback", Parent("trunk")),
        ),
    ],
)
def test_a_gate(edge, policy, gate):
    assert edge("soup -> tail", policy, "tail").gate == gate


@pytest.mark.parametrize(
    ("path", "policy", "id", "says"),
    [
        ("soup -> tail", "optimizer = keep", "merge-has-no-optimizer", "weights only"),
        ("soup -> tail", "optimizer = rescale(0.5)", "merge-has-no-optimizer", "weights only"),
        ("soup -> tail", "data = continue", "merge-has-no-optimizer", "no data"),
        ("trunk -> anneal", "optimizer = keep(tail)", "not-upstream", "`tail` does not end before `anneal`"),
        ("trunk -> anneal", "gate = loss < 2, on_fail = rollback(tail)", "not-upstream", "`tail` does not end before `anneal`"),
        ("trunk -> anneal", "gate = loss < tail.loss", "not-upstream", "`tail` does not end before `anneal`"),
        ("soup -> tail", "optimizer = keep(anneal)", "unknown-name", "no single member"),
        ("soup -> tail", "optimizer = keep(anneal[3])", "unknown-name", "no member"),
        ("soup -> tail", "optimizer = keep(trunc)", "unknown-name", "`trunc`"),
        ("soup -> tail", "optimizer = keep(trunk, soup)", "plugin-argument", "the name of one node"),
        ("soup -> tail", "optimizer = rescale", "plugin-argument", "needs its factor"),
        ("soup -> tail", "optimizer = rescale()", "plugin-argument", "takes one factor"),
        ("trunk -> anneal", "optimizer = rescale(-1)", "unit-mismatch", "cannot be negative"),
        ("trunk -> anneal", "optimizer = rescale(4k)", "unit-mismatch", "a plain number"),
        ("trunk -> anneal", "optimizer = forget", "unknown-word", "`keep` or `reset`"),
        ("trunk -> anneal", "on_fail = stop", "on-fail-without-gate", "no `gate`"),
        ("trunk -> anneal", "gate = loss < 2, on_fail = rollback", "plugin-argument", "the node to go back to"),
        ("trunk -> anneal", "gate = loss < 2, on_fail = retry", "unknown-word", "`stop` or `continue` or `rollback`"),
        ("trunk -> anneal", "gates = loss < 2", "unknown-key", "no `gates`"),
        ("trunk -> anneal", "when loss < 2 { expect = 1B, lr = 0 }", "event-cannot-set", "not on a transition"),
    ],
)
def test_what_cannot_be_said(wrong, path, policy, id, says):
    found = wrong(CHAIN + f"transition {path} {{ {policy} }}\n")
    assert (found.id, says in found.message) == (id, True), found.message


# ---- what other tools have policies for, and values say here


@pytest.fixture
def child(plan):
    """A phase behind a trunk whose rate ends at 4e-4, with this rate and mixture."""

    def work(values, policy="lr = restart"):
        text = f"context = 256\nphase trunk {{ steps = 10, {REST}, lr = 1e-3 -> 4e-4 }}\n"
        text += f"phase child {{ steps = 20, batch = 1 x 256\n{values}\n}}\nflow trunk -> child\n"
        return plan(text + f"transition trunk -> child {{ {policy} }}\n").phase("child")

    return work


def rates(phase):
    return [pytest.approx(rate_of_step(phase, step, installed())) for step in (0, 4, 19)]


def test_the_rate_is_the_parents_times_a_factor(child):
    assert rates(child("lr = trunk.lr.end / 10, mix = a")) == [4e-5] * 3
    assert rates(child("lr = 10% * trunk.lr.end -> 0, mix = a"))[0] == 4e-5


def test_the_rate_is_a_value(child):
    assert rates(child("lr = 2e-5, mix = a")) == [2e-5] * 3


def test_the_rate_is_read_from_the_checkpoint(child):
    assert rates(child("lr = -> 0, mix = a", "lr = continue"))[0] == 4e-4


def test_the_rate_climbs_from_the_parents_to_a_new_one(child):
    found = rates(child("lr = 8e-4, warmup = 10 steps, mix = a", "lr = rewarm"))
    assert found == [4e-4 + 4e-5, 4e-4 + 5 * 4e-5, 8e-4]


def test_the_mixture_ramps(child):
    mix = child("lr = 1e-4, mix = [-> b over 10 steps, b]").mix
    assert shares_at(mix, 5 * 256, {}, installed()) == {"a": 0.5, "b": 0.5}
    assert shares_at(mix, 10 * 256, {}, installed()) == {"b": 1}


def test_the_mixture_crosses_a_bridge(child):
    mix = child("lr = 1e-4, mix = [50% * a + 50% * c over 10 steps, b]").mix
    assert [shares_at(mix, step * 256, {}, installed()) for step in (0, 9, 10)] == [{"a": 0.5, "c": 0.5}] * 2 + [{"b": 1}]


@pytest.mark.parametrize("value", ["lr = -> 0", "mix = -> b over 5 steps", "context = -> 512 by rope(theta = 20_000)"])
def test_where_nothing_comes_before_nothing_moves_on(wrong, value):
    values = {"lr": "lr = 1e-3", "mix": "mix = a", "context": "context = 256", value.split()[0]: value}
    body = ", ".join(values.values()).replace("batch = 1 x 256", "")
    batch = "1 x 512" if "512" in value else "1 x 256"
    assert wrong(f"phase p {{ steps = 10, batch = {batch}, {body} }}\n").id == "no-start-value"
