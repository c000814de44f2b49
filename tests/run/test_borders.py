"""What the borders of documents mean, in a run: what a token sees, where positions begin, what a document's end predicts."""

from __future__ import annotations

import json

import pytest
import toys

from mtdsl.registry import installed
from mtdsl.run import execute

TRUNK = "phase trunk {{ steps = 12, batch = 8 x 256, context = 256, lr = 3e-2, mix = good{} }}\n"


@pytest.fixture(scope="module")
def last(tmp_path_factory):
    """Trains a few steps of a recipe whose phase says `more`; gives the last line of the log."""
    base = tmp_path_factory.mktemp("recipe")
    toys.text(base)

    def run(more):
        plan = toys.plan_of(base, toys.HEAD + TRUNK.format(more))
        out = tmp_path_factory.mktemp("out") / "runs" / "toy"
        execute(plan, base, out, installed(), toys.Recording(lambda taken: None), cache=base / "cache")
        return json.loads((out / "log.jsonl").read_text().splitlines()[-1])

    return run


def test_rotary_positions_are_relative_so_only_what_is_seen_together_tells(last):
    apart, shifted = last(""), last(", positions = window")
    assert shifted["loss"] == pytest.approx(apart["loss"], rel=1e-4)
    assert shifted["trained"] == apart["trained"]
    whole, restarted = last(", mask = none"), last(", mask = none, positions = document")
    assert restarted["loss"] != pytest.approx(whole["loss"], rel=1e-3)


def test_the_end_of_a_document_may_be_a_label_more(last):
    usual, more = last(""), last(", eod_loss = learnt")
    assert more["trained"] > usual["trained"]
    assert more["loss"] != usual["loss"]
