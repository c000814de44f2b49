"""Every number of a plan can be asked by the name that its JSON has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import pytest

from mtdsl.plan.codec import hints_of
from mtdsl.plan.document import to_json
from mtdsl.plan.holdings import DIMENSIONS, OPEN, held, numbers_in
from mtdsl.plan.model import Known

BODY = """
model     = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data a { tokens = 1B, documents = 1000, max_epochs = 2 epochs }
start base { weights = "folder", context = 256, tokens = 1B, lr = 2e-4 }
eval held = loss([a], every = 1M)
group fast { match = ["*.head*"], lr = 200% }
phase p {
    steps        = 100
    batch        = 16 x 256
    lr           = 2e-4 -> 0
    warmup       = 10 steps
    mix          = a
    weight_decay = 0.1 -> 0.2
    groups       = [fast]
    objective    = next_token(mtp = [0.3 until 50%, 0.1])
}
phase q { steps = 10, batch = 16 x 512, context = -> 512 by rope(theta = 20_000), lr = 1e-4, mix = a }
transition base -> p { lr = restart }
transition p -> q { lr = restart }
merge soup = average(q.last(2, every = 1 steps))
flow base -> p -> q -> soup
"""


@pytest.fixture
def made(plan):
    """The plan of the chain."""
    return plan(BODY, head="recipe toy\n")


def in_json(body, path):
    """What the JSON has under a path; entries of open tables stand where the table does."""
    for name in path.split("."):
        if isinstance(body, list):
            body = next(one for one in body if one["name"] == name)
            continue
        table = next((body[table] for table in OPEN if name in body.get(table, {})), body)
        body = table[name]
        body = body.get("curve", body) if isinstance(body, dict) else body
    return body["value"] if isinstance(body, dict) else body


@pytest.mark.parametrize("part", ["phases", "merges", "starts", "sources", "evals"])
def test_every_number_has_the_name_that_it_has_in_the_json(made, part):
    asked = 0
    for own, body in zip(getattr(made, part), to_json(made)[part], strict=True):
        for path in numbers_in(own):
            if path.endswith((".start", ".end")) and held(own, tuple(path.split("."))) is None:
                continue  # the ends of a curve, which are worked out
            if path in ("weight_decay", "z_loss", "dropout", "fim", "ema", "optimizer.weight_decay") or path == "tokens":
                continue  # what nobody said, and what the plan draws of a source
            if path == "extended":
                continue  # rare: in no JSON where nothing is
            found = held(own, tuple(path.split("."))).value
            found = found.value if isinstance(found, Known) else found
            assert found is None or found == pytest.approx(in_json(body, path)), path
            asked += 1
    assert asked


def test_numbers_are_found_at_every_depth(made):
    p, q = made.phases
    assert {"asked.amount", "lr.warmup.tokens", "lr.end", "weight_decay.start", "groups.fast.lr", "clip.end"} <= {
        *numbers_in(p)
    }
    assert {"context.extender.theta", "context.start", "optimizer.weight_decay", "seed"} <= {*numbers_in(q)}


def classes(plan):
    """The classes that the plan is made of."""
    left, found = [plan], set()
    while left:
        part = left.pop()
        if is_dataclass(part):
            found.add(type(part))
            left += [getattr(part, field.name) for field in fields(part)]
        elif isinstance(part, Mapping):
            left += part.values()
        elif isinstance(part, tuple):
            left += part
    return found


def test_what_counts_tokens_or_steps_says_so(made):
    """A field whose name says what it counts has that dimension, in whatever class: none of a new class is forgotten."""
    counted = {"tokens": "tokens", "seen": "tokens", "spent": "tokens", "origin": "tokens", "steps": "steps"}
    hints = {(one, name): str(hint) for one in classes(made) for name, hint in hints_of(one).items() if name in counted}
    numbers = {at for at, hint in hints.items() if "int" in hint or "Known" in hint}
    assert len(numbers) > 10
    assert {at: DIMENSIONS.get(at) for at in numbers} == {at: counted[at[1]] for at in numbers}
