"""The plan as JSON and back, its fingerprint, and rows along its axis."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from mtdsl.plan import compile, fingerprint, from_json, to_json
from mtdsl.plan.codec import exact, number
from mtdsl.plan.curves import rate_of_step
from mtdsl.plan.sample import rows, to_csv
from mtdsl.plan.steps import tokens_before
from mtdsl.registry import installed

QUICKSTART = Path(__file__).parents[2] / "recipes" / "quickstart.mtr"
BODY = """
mix m {{ a = 1, b = 2 }}
phase one {{
    tokens = 40_000, batch = 1 x 256 -> 8 x 256 over 20_000 tokens, context = 256
    lr = {lr}, warmup = 2 steps, mix = m -> c over 30%
}}
phase two like one {{
    steps = 7, batch = 4 x 512, warmup = none, context = -> 512 by yarn(factor = 2)
    lr = -> 0 by sqrt, mix = c -> m over 30%, packing = best_fit
}}
flow one -> two
{more}
"""


def body(lr="1e-3", more=""):
    return BODY.format(lr=lr, more=more)


@pytest.mark.parametrize("value", [Fraction(3), Fraction("2e-4"), Fraction(1, 3), Fraction(10**18 + 1), Fraction(-1, 7)])
def test_numbers_stay_exact(value):
    assert exact(json.loads(json.dumps(number(value)))) == value


def test_a_plan_survives_json(plan):
    made = plan(body())
    again = from_json(json.loads(json.dumps(to_json(made))))
    assert again == made
    assert fingerprint(again) == fingerprint(made)


def test_the_quickstart_survives_json():
    made, diagnostics = compile(QUICKSTART)
    assert diagnostics == ()
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_the_layout_that_readers_rely_on(plan):
    found = to_json(plan(body()))
    assert {"recipe", "fingerprint", "phases", "merges", "leaves", "sources", "plugins", "totals"} <= set(found)
    one, two = found["phases"]
    assert (one["batch"]["sequences"], one["batch"]["length"], one["batch"]["tokens"]) == (1, 256, 256)
    assert one["batch"]["end"] == {"sequences": 8, "tokens": 2048}
    assert (one["lr"]["start"], one["lr"]["end"], one["warmup_steps"]) == (1e-3, 1e-3, 2)
    assert one["mix"]["start"] == pytest.approx({"a": 1 / 3, "b": 2 / 3})
    assert one["mix"]["end"] == {"c": 1.0}
    assert two["parents"] == [{"node": "one", "at": None}]
    assert (two["context"]["start"], two["context"]["end"], two["context"]["extender"]["name"]) == (256, 512, "yarn")
    assert {"optimizer", "lr", "data", "gate"} <= set(two["transition"])
    taken = {source["name"]: source["tokens"] for source in found["sources"]}
    mixed = one["tokens"] * 0.3 / 2 + two["tokens"] * (0.3 / 2 + 0.7)
    assert taken["a"] == pytest.approx(mixed / 3, abs=1)
    assert sum(taken.values()) == pytest.approx(found["totals"]["tokens"], abs=2)
    assert found["totals"]["flops"] > 0


def test_the_fingerprint_covers_what_changes_training_only(plan):
    base = fingerprint(plan(body()))
    assert fingerprint(plan("## words\n" + body(more='check one.tokens >= 1 "fine"\n'))) == base
    assert fingerprint(plan(body(lr="2e-3"))) != base
    assert fingerprint(plan(body(more="transition one -> two { optimizer = reset }\n"))) != base
    assert fingerprint(plan(body(more="transition one -> two { optimizer = keep }\n"))) == base


def test_rows_carry_what_the_step_that_begins_there_uses(plan):
    made = plan(body())
    found = list(rows(made, 40, installed()))
    assert len(found) == 40
    begin = {"one": 0, "two": made.phases[0].tokens}
    for row in found:
        phase = made.phase(row["phase"])
        assert row["tokens"] == begin[row["phase"]] + tokens_before(phase, row["step"] - 1)
        assert row["lr"] == rate_of_step(phase, row["step"] - 1, installed())
        assert sum(row[f"mix.{name}"] for name in "abc") == pytest.approx(1)
    assert found[0]["tokens"] == 0
    assert (found[-1]["phase"], found[-1]["step"]) == ("two", made.phases[1].steps)
    table = list(csv.DictReader(io.StringIO(to_csv(made, 5, installed()))))
    assert list(table[0]) == ["tokens", "phase", "step", "lr", "batch_tokens", "context", "mix.a", "mix.b", "mix.c"]


def test_what_nobody_declared_is_unknown_not_nought(plan):
    text = "phase p { steps = 2, batch = 1 x 256, context = 256, lr = 1e-3, mix = natural(a, b) }\n"
    found = to_json(plan(text))
    assert (found["phases"][0]["mix"]["start"], found["sources"][0]["tokens"], found["sources"][0]["epochs"]) == (
        None,
        None,
        None,
    )
    assert found["sources"][0]["size"]["certainty"] == "unknown"
    assert found["sources"][0]["size"]["reason"]
