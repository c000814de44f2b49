"""`eval` items in the plan."""

from __future__ import annotations

import pytest

from mtdsl.plan.model import Evaluation, Plugin

PHASE = "phase p { steps = 4, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }\n"


@pytest.mark.parametrize(
    ("cadence", "every", "unit"),
    [
        ("", None, "tokens"),
        ("at = end", None, "tokens"),
        ("every = 10B", 10**10, "tokens"),
        ("every = 4Mi tokens", 2**22, "tokens"),
        ("every = 500 steps", 500, "steps"),
        ("every = 10M, at = end", 10**7, "tokens"),
    ],
)
def test_how_often(plan, cadence, every, unit):
    needle = Plugin("needle", {"depths": 10, "samples": 1, "length": None})
    assert plan(f"eval niah = needle({cadence})\n" + PHASE).evals == (Evaluation("niah", needle, every, unit),)


def test_its_own_parameters_stay(plan):
    made = plan('eval niah = needle(depths = 4, length = 32k, every = 1M)\neval short = suite("short", shots = 5)\n' + PHASE)
    assert [one.evaluator.params for one in made.evals] == [
        {"depths": 4, "samples": 1, "length": 32 * 1024},
        {"name": "short", "tasks": (), "shots": 5},
    ]


def test_a_source_that_is_only_measured_is_a_source_of_the_plan(plan):
    made = plan("eval held = loss([a, b])\neval ppl = perplexity([c])\n" + PHASE)
    assert [source.name for source in made.sources] == ["a", "b", "c"]
    assert made.evals[0].evaluator == Plugin("loss", {"of": ("a", "b")})


@pytest.mark.parametrize(
    ("text", "id", "says"),
    [
        ("eval niah = needle(every = 10%)", "unit-mismatch", "tokens or steps, not a share"),
        ("eval niah = needle(every = 10)", "unit-mismatch", "tokens or steps"),
        ("eval niah = needle(every = 0 steps)", "unit-mismatch", "more than 0"),
        ("eval niah = needle(at = begin)", "unknown-word", "`at` is `end`"),
        ("eval niah = needl()", "unknown-plugin", "an evaluator named `needl`"),
        ("eval niah = needle(depht = 3)", "plugin-argument", "no parameter `depht`"),
        ("eval held = loss([web])", "unknown-name", "no source `web`"),
        ("eval held = loss([])", "plugin-argument", "the sources to measure on"),
        ("eval loss = loss([a])", "declared-twice", "every step measures"),
    ],
)
def test_what_is_no_evaluation(wrong, text, id, says):
    found = wrong(text + "\n" + PHASE)
    assert (found.id, says in found.message) == (id, True), found.message


@pytest.mark.parametrize("twice", ["eval niah = needle(every = 1B, every = 2B)", "eval niah = needle(depths = 3, depths = 4)"])
def test_an_argument_that_is_given_twice(wrong, twice):
    found = wrong(twice + "\n" + PHASE)
    assert (found.id, found.message) == ("declared-twice", f"`{twice.split('(')[1].split()[0]}` is given twice")
