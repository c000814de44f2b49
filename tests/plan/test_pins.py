"""A lock's commits in force: every name on a hub is read where the lock looked at it."""

import pytest

from mtdsl.plan import analyse, fingerprint
from mtdsl.plan.lock import Lock, LockedModel, LockedSource, LockedTokenizer, written
from mtdsl.plan.model import Plugin, Tokenizer
from mtdsl.plan.pins import pinned

COMMIT = "4e20de362430cd3b72f300e6b0f18e50e7166e08"
RECIPE = """\
recipe toy "a toy"
start trunk { weights = "acme/model@main", tokens = 1B, context = 1k, lr = 1e-3 }
data a = hub(name = "acme/text")
data b = text(path = "b.txt")
mix both { a = 50%, b = 50% }
phase one { steps = 10, batch = 4 x 1k, lr = -> 0 by linear, mix = both }
flow trunk -> one
"""
SET = Plugin("hub", {"name": "acme/text", "subset": None, "split": "train", "revision": None, "column": "text"})


@pytest.fixture
def plan(tmp_path):
    tokenizer = LockedTokenizer(Tokenizer("hub", {"name": "acme/model@main"}), "t", 512, revision=COMMIT)
    trunk = LockedModel("acme/model@main", COMMIT, 10, 8, 1, 1, 8, 1024, 512, COMMIT)
    lock = Lock({"a": LockedSource(SET, "c", 900, 1_000_000, 9_000, revision=COMMIT)}, tokenizer, starts={"trunk": trunk})
    (tmp_path / "toy.mtr").write_text(RECIPE)
    (tmp_path / "toy.lock").write_text(written(lock))
    found = analyse(tmp_path / "toy.mtr")
    assert found.diagnostics == ()
    return found.plan


def test_names_on_a_hub_are_at_their_commits(plan):
    there = pinned(plan)
    assert there.starts[0].weights == f"acme/model@{COMMIT}"
    assert there.tokenizer.params["name"] == f"acme/model@{COMMIT}"
    assert {source.name: source.source.params.get("revision") for source in there.sources} == {"a": COMMIT, "b": None}
    assert plan.starts[0].weights == "acme/model@main"


def test_a_named_model_is_too(tmp_path):
    recipe = RECIPE.replace("start trunk { weights =", "model = config(").replace(
        ", tokens = 1B, context = 1k, lr = 1e-3 }", ")\ntokenizer = bpe(vocab = 512)"
    )
    recipe = recipe.replace("flow trunk -> one\n", "").replace("lr = ->", "context = 1k, lr = 1e-3 ->")
    (tmp_path / "toy.mtr").write_text(recipe)
    model = LockedModel("acme/model@main", COMMIT, 10, 8, 1, 1, 8, 1024, 512, COMMIT)
    (tmp_path / "toy.lock").write_text(written(Lock(model=model)))
    plan = analyse(tmp_path / "toy.mtr").plan
    assert pinned(plan).model.params["name"] == f"acme/model@{COMMIT}"
    assert pinned(plan).tokenizer == plan.tokenizer


def test_without_a_hub_nothing_changes(tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    plan = analyse(tmp_path / "toy.mtr").plan
    assert pinned(plan) == plan
    assert fingerprint(pinned(plan)) == fingerprint(plan)
