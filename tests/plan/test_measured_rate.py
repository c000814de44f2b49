"""A start's rate that a lock knows: what the plan goes on from, and what it is held to."""

from dataclasses import replace
from fractions import Fraction as F

import pytest

from mtdsl.plan import analyse, survey, to_json
from mtdsl.plan.lock import Lock, LockedModel, written

START = 'start trunk {{ weights = "acme/model", context = 1k{} }}\n'
HEAD = "recipe toy\ntokenizer = bpe(vocab = 512)\ndata a { tokens = 1T }\n"
FLOW = "flow trunk -> one\n"
MODEL = LockedModel("acme/model", "mmmm", 1_200, 1_000, 2, 4, 16, 8_192, 512, "mmmm", 596_057, F("9.1e-5"))


@pytest.fixture
def beside(tmp_path):
    """Analyses a chain out of a checkpoint whose declared facts, first rate and other items are these."""

    def work(lr, declared="", more="", model=MODEL, look=analyse):
        one = f"phase one {{ steps = 10, batch = 4 x 1k, lr = {lr}, mix = a }}\n"
        (tmp_path / "toy.mtr").write_text(HEAD + START.format(declared) + one + FLOW + more)
        (tmp_path / "toy.lock").unlink(missing_ok=True)
        if model is not None:
            (tmp_path / "toy.lock").write_text(written(Lock(starts={"trunk": replace(model, window=1024)})))
        return look(tmp_path / "toy.mtr")

    return work


def errors(found):
    return [one.id for one in found.diagnostics if one.severity == "error"]


def test_a_rate_goes_on_from_the_one_that_was_measured(beside):
    found = beside("-> 0")
    (one,) = found.plan.phases
    assert (errors(found), one.lr.pieces[0].start, one.transition.lr) == ([], F("9.1e-5"), "continue")
    told = to_json(found.plan)["starts"][0]
    assert (told["lr"], told["certainty"]["lr"], told["facts"]["steps"]["value"]) == (9.1e-5, "measured", 596_057)


def test_a_schedule_goes_on_from_it_as_well(beside, tmp_path):
    text = "phase one { steps = 10, batch = 4 x 1k, mix = a }\nschedule lr over one = [-> 5e-5 over 5 steps, -> 0]\n"
    beside("-> 0")
    (tmp_path / "toy.mtr").write_text(HEAD + START.format("") + text + FLOW)
    found = analyse(tmp_path / "toy.mtr")
    assert (errors(found), found.plan.phases[0].lr.pieces[0].start) == ([], F("9.1e-5"))


def test_without_a_lock_the_way_out_names_it(beside):
    (found,) = beside("-> 0", model=None).diagnostics
    assert found.id == "no-start-value"
    assert "`mtdsl lock`" in found.help
    (found,) = beside("-> 0", model=replace(MODEL, lr=None)).diagnostics  # a trainer that did not log its last step
    assert found.id == "no-start-value"


def test_what_is_to_be_locked_is_found_before_there_is_a_lock(beside):
    found = beside("-> 0", model=None, look=survey)
    assert (errors(found), found.plan.starts[0].weights) == ([], "acme/model")
    assert errors(beside("6e-5 -> 0", more="transition trunk -> one { lr = continue }\n", model=None, look=survey)) == []


def test_a_rate_that_is_written_restarts_unless_the_recipe_says_that_it_goes_on(beside):
    found = beside("6e-5 -> 0")
    assert (errors(found), found.plan.phases[0].transition.lr) == ([], "restart")
    assert errors(beside("6e-5 -> 0", more="transition trunk -> one { lr = continue }\n")) == ["lr-jump"]
    assert errors(beside("6e-5 -> 0", declared=", lr = 9.1e-5")) == ["lr-jump"]


@pytest.mark.parametrize(("declared", "differs"), [("9.15e-5", False), ("9e-5", True), ("0", True)])
def test_a_declared_rate_may_differ_by_a_hundredth(beside, declared, differs):
    found = beside("-> 0", declared=f", lr = {declared}")
    assert [one.id for one in found.diagnostics if one.id == "declared-differs"] == ["declared-differs"] * differs
    assert found.plan.phases[0].lr.pieces[0].start == F("9.1e-5")
    if differs:
        (told,) = [one for one in found.diagnostics if one.id == "declared-differs"]
        assert (told.message, told.labels[0].span.text) == (
            "the trainer of `trunk` ended at a learning rate of 9.1e-5",
            declared,
        )
