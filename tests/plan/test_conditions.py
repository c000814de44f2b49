"""Tests that a run answers: what may be compared with what."""

from __future__ import annotations

from fractions import Fraction as F

import pytest

from mtdsl.plan.model import Plugin, Term, Test

EVALS = """
eval niah  = needle()
eval short = suite("short", tasks = ["arc_easy"])
eval held  = loss([a, b])
start pretrain { weights = "folder", tokens = 1B, context = 256, lr = 1e-3 }
let goal = 1.5
"""
PHASE = "phase lc {{ steps = 4, batch = 1 x 256, lr = 1e-3, mix = a, stop = {} }}\nflow pretrain -> lc\n"


@pytest.fixture
def stop(plan):
    """The test that `stop = ...` says."""
    return lambda text: plan(EVALS + PHASE.format(text)).phase("lc").stop


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("loss < 1.98", Term(metric="loss"), Term(F("1.98"))),
        ("grad_norm < 3", Term(metric="grad_norm"), Term(F(3))),
        ("loss < goal", Term(metric="loss"), Term(F(3, 2))),
        ("goal * 2 < loss", Term(F(3)), Term(metric="loss")),
        ("niah < 100%", Term(metric="niah"), Term(F(1))),
        ("niah < 0.5", Term(metric="niah"), Term(F(1, 2))),
        ("short < pretrain.short", Term(metric="short"), Term(metric="short", of="pretrain")),
        ("short < 98% * pretrain.short", Term(metric="short"), Term(metric="short", of="pretrain", times=F(49, 50))),
        ("short < pretrain.short / 2", Term(metric="short"), Term(metric="short", of="pretrain", times=F(1, 2))),
        ("short.arc_easy < 30%", Term(metric="short.arc_easy"), Term(F(3, 10))),
        ("held.b < pretrain.held.a", Term(metric="held.b"), Term(metric="held.a", of="pretrain")),
        ("loss < pretrain.lr.end / 1e-3", Term(metric="loss"), Term(F(1))),
    ],
)
def test_what_a_comparison_compares(stop, text, left, right):
    assert stop(text) == Test("<", (left, right))


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_every_comparison(stop, op):
    assert stop(f"loss {op} 2").op == op


def test_and_binds_closer_than_or_and_not_closest(stop):
    one, two, three = (Test("<", (Term(metric="loss"), Term(F(at)))) for at in (1, 2, 3))
    both = Test("and", tests=(two, Test("not", tests=(three,))))
    assert stop("loss < 1 or loss < 2 and not loss < 3") == Test("or", tests=(one, both))
    either = Test("or", tests=(one, two))
    assert stop("(loss < 1 or loss < 2) and loss < 3") == Test("and", tests=(either, three))


def test_a_gate_decides_among_comparisons(stop):
    found = stop("plateau(loss, over = 10M) or niah >= 100%")
    assert found.tests[0] == Test("gate", plugin=Plugin("plateau", {"metric": "loss", "over": 10**7, "least": F(0)}))


def test_a_gate_is_told_a_part(stop):
    assert stop("plateau(held.b, over = 10M)").plugin.params["metric"] == "held.b"


def test_a_gate_may_have_a_name(plan):
    made = plan(EVALS + "let flat = plateau(grad_norm, over = 10M)\n" + PHASE.format("flat"))
    assert made.phase("lc").stop.plugin.params["metric"] == "grad_norm"


@pytest.mark.parametrize(
    ("text", "id", "says"),
    [
        ("niah >= 100", "unit-mismatch", "between 0% and 100%, so never 100"),
        ("niah >= 110%", "unit-mismatch", "never 110%"),
        ("loss < 10%", "unit-mismatch", "`loss` is no share"),
        ("loss < pretrain.lr.end", "unit-mismatch", "a learning rate"),
        ("loss < 10B", "unit-mismatch", "a number of tokens"),
        ("loss < 4k", "unit-mismatch", "a window length"),
        ("loss < niah", "unit-mismatch", "one of them is a share"),
        ("loss < 10B * loss", "unit-mismatch", "has no meaning here"),
        ("1 < 2", "test-constant", "compares two numbers"),
        ("goal < 2", "test-constant", "compares two numbers"),
        ("los < 2", "unknown-name", "no metric `los`"),
        ("short.arc < 20%", "unknown-name", "no part of `short` called `arc`"),
        ("pretrain.los < 2", "unknown-name", "a node has no `los`"),
        ("loss < lc.loss", "not-upstream", "`lc` does not end before `lc` begins"),
        ("loss < 2 and not niah > lc.niah", "not-upstream", "`lc` does not end before"),
        ("pretrane.loss < loss", "unknown-name", "no name `pretrane`"),
        ("pretrain < 2", "not-a-test", "`pretrain` is nothing that is measured"),
        ("loss + 1 < 2", "unknown-name", "`loss`"),
        ("loss / niah < 2", "not-a-test", "by a number only"),
        ("loss", "not-a-test", "a test of what is measured"),
        ("2", "not-a-test", "a test of what is measured"),
        ("plateau(held.c, over = 10M)", "unknown-name", "no part of `held` called `c`"),
        ("plateau(lost, over = 10M)", "unknown-name", "no metric `lost`"),
        ("plateu(loss, over = 10M)", "unknown-plugin", "no installed package provides a gate"),
    ],
)
def test_what_is_no_test(wrong, text, id, says):
    found = wrong(EVALS + PHASE.format(text))
    assert (found.id, says in found.message) == (id, True), found.message


def test_a_gate_may_stand_without_arguments(found):
    """It is then asked for those that it needs, as any technique is."""
    _, said = found(EVALS + PHASE.format("plateau"))
    assert [one.message for one in said] == ["`plateau` needs `metric`", "`plateau` needs `over`"]
