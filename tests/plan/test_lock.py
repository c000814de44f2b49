"""A plan beside its lock: written by hand here, measured for real in tests/cli/test_lock_command.py."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest

from mtdsl.plan import analyse, fingerprint, from_json, survey, to_json
from mtdsl.plan.lock import Lock, LockedModel, LockedSource, LockedTokenizer, Sized, read, written
from mtdsl.plan.model import Known, Pin, Plugin, Tokenizer

RECIPE = """\
recipe toy "a toy"
model = config("acme/model")
tokenizer = bpe(vocab = 512)
data a { source = text(path = "a.txt"), tokens = 1M }
data b = text(path = "b.txt")
phase one { steps = 10, batch = 4 x 1k, context = 1k, lr = 1e-3 -> 0 by linear, warmup = 1 steps, mix = both }
mix both { a = 50%, b = 50% }
"""
PLUGIN = Plugin("text", {"path": "a.txt", "document": "file"})
SOURCE = LockedSource(PLUGIN, "aaaa", 40, 1_005_000, 60_000, {"1024": Sized(30, 900_000)})
TOKENIZER = LockedTokenizer(Tokenizer("bpe", {"vocab": 512}), "tttt", 500, ("a", "b"))
MODEL = LockedModel("acme/model", "mmmm", 1_200, 1_000, 2, 4, 16, 8_192, 512, "mmmm")
LOCK = Lock({"a": SOURCE}, TOKENIZER, MODEL)


@pytest.fixture
def beside(tmp_path):
    """Analyses a recipe with a lock beside it."""

    def work(lock, recipe=RECIPE):
        (tmp_path / "toy.mtr").write_text(recipe)
        (tmp_path / "toy.lock").unlink(missing_ok=True)
        if lock is not None:
            (tmp_path / "toy.lock").write_text(lock if isinstance(lock, str) else written(lock))
        return analyse(tmp_path / "toy.mtr")

    return work


def ids(found):
    return [one.id for one in found.diagnostics]


def test_a_lock_is_read_as_it_was_written(tmp_path):
    lock = Lock({"b": replace(SOURCE, tokens=None), "a": SOURCE}, TOKENIZER, MODEL, {"trunk": MODEL})
    (tmp_path / "toy.lock").write_text(written(lock))
    assert read(tmp_path / "toy.lock") == lock
    lines = written(lock).splitlines()
    assert sum('"tokens": 1005000' in line for line in lines) == 1
    assert list(json.loads(written(lock))["sources"]) == ["a", "b"]


def test_a_lock_that_is_not_there_is_empty(beside, tmp_path):
    assert read(tmp_path / "no.lock") == Lock()
    found = beside(None)
    source = found.plan.sources[1]
    assert (ids(found), source.tokens.value, source.tokens.certainty) == ([], None, "unknown")
    assert source.tokens.reason
    assert found.plan.pins == {}
    assert found.plan.totals.flops.certainty == "unknown"


def test_what_was_measured_is_said_to_be(beside):
    found = beside(LOCK)
    a, b = found.plan.sources
    assert ids(found) == []
    assert a.tokens == Known(1_005_000, "measured")
    assert (a.documents, a.longest) == (Known(40, "measured"), Known(60_000, "measured"))
    assert b.tokens.certainty == "unknown"
    assert found.plan.tokenizer.facts == {"vocab": Known(500, "measured")}
    assert found.plan.model.facts["parameters"] == Known(1_200, "measured")
    pins = {"data a": Pin("aaaa"), "model": Pin("mmmm", "mmmm"), "tokenizer": Pin("tttt")}
    assert found.plan.pins == pins


def test_the_operations_of_a_named_model_follow_from_its_sizes(beside):
    """6 N for the matrices and 12 L h k n/2 for attention, a token."""
    tokens = 10 * 4 * 1024
    wanted = tokens * (6 * 1_000 + 12 * 2 * 4 * 16 * 1024 // 2)
    assert beside(LOCK).plan.totals.flops == Known(wanted, "bounded", "documents masked from each other need less")


def test_declared_and_measured_may_differ_by_a_hundredth(beside):
    near = beside(replace(LOCK, sources={"a": replace(SOURCE, tokens=1_009_000)}))
    far = beside(replace(LOCK, sources={"a": replace(SOURCE, tokens=1_020_000)}))
    assert (ids(near), ids(far)) == ([], ["declared-differs"])
    (warning,) = far.diagnostics
    assert warning.labels[0].span.text == "1M"
    assert "1,020,000" in warning.message
    assert far.plan.sources[0].tokens == Known(1_020_000, "measured")


def test_another_description_is_stale_and_its_facts_are_not_used(beside):
    found = beside(replace(LOCK, sources={"a": replace(SOURCE, described=Plugin("text", {"path": "old.txt"}))}))
    assert ids(found) == ["lock-stale"]
    assert found.plan.sources[0].tokens == Known(1_000_000, "declared")
    assert "data a" not in found.plan.pins
    model = beside(replace(LOCK, model=replace(MODEL, described="acme/older")))
    assert ids(model) == ["lock-stale"]
    assert (model.plan.model.facts, model.plan.totals.flops.value) == ({}, None)


@pytest.mark.parametrize(
    "tokenizer",
    [replace(TOKENIZER, described=Tokenizer("bpe", {"vocab": 600})), replace(TOKENIZER, sources=("a",))],
    ids=["another", "of other text"],
)
def test_tokens_that_another_tokenizer_counted_are_not_used(beside, tokenizer):
    found = beside(replace(LOCK, tokenizer=tokenizer))
    assert ids(found) == ["lock-stale"]
    assert found.plan.sources[0].tokens == Known(1_000_000, "declared")
    assert found.plan.sources[0].documents == Known(40, "measured")
    assert set(found.plan.pins) == {"data a", "model"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"format": 2}',
        written(LOCK).replace("40", '"many"'),
        written(LOCK).replace('"content"', '"contents"'),
        written(LOCK).replace("1005000", "0"),
        "[" * 100_000,
        written(replace(LOCK, sources={"a": replace(SOURCE, described=Plugin("text", {"seed": Fraction(1, 3)}))})).replace(
            "1/3", "1/0"
        ),
    ],
)
def test_a_broken_lock_is_an_error_that_names_it(beside, text):
    found = beside(text)
    assert (found.plan, ids(found)) == (None, ["lock-broken"])
    assert "toy.lock" in found.diagnostics[0].message


def test_the_fingerprint_covers_what_is_pinned_and_no_counts(beside):
    plain, locked = (fingerprint(beside(lock).plan) for lock in (None, LOCK))
    counted = replace(LOCK, sources={"a": replace(SOURCE, tokens=1_006_000, documents=41, longest=7)})
    other = replace(LOCK, sources={"a": replace(SOURCE, content="bbbb")})
    assert fingerprint(beside(counted).plan) == locked
    assert len({plain, locked, fingerprint(beside(other).plan)}) == 3


def test_a_plan_with_pins_survives_json(beside):
    plan = beside(LOCK).plan
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan


EPOCHS = RECIPE.replace("steps = 10", "epochs = 2").replace(", tokens = 1M", "")


def test_epochs_of_what_was_measured(beside):
    lock = replace(
        LOCK, sources={"a": SOURCE, "b": replace(SOURCE, described=Plugin("text", {**PLUGIN.params, "path": "b.txt"}))}
    )
    plan = beside(lock, EPOCHS).plan
    assert plan.phases[0].steps == -(-2 * 2 * 1_005_000 // 4096)
    assert plan.phases[0].certainty == "measured"
    assert ids(beside(None, EPOCHS)) == ["size-unknown"]


def test_what_is_to_be_locked_is_found_before_there_is_a_lock(beside, tmp_path):
    text = EPOCHS + 'check one.tokens <= 1M "short"\n'
    beside(None, text)
    found = survey(tmp_path / "toy.mtr")
    assert [source.name for source in found.plan.sources] == ["a", "b"]
    assert not [one for one in found.diagnostics if one.severity == "error"]


START = """\
recipe toy "a toy"
start trunk { weights = "acme/model", tokens = 5T, lr = 1e-4 }
data a { tokens = 1M }
phase one { steps = 10, batch = 4 x 8k, lr = -> 0 by linear, mix = a }
flow trunk -> one
"""


def test_a_start_has_the_window_that_its_configuration_says(beside):
    lock = Lock(starts={"trunk": MODEL})
    plan = beside(lock, START).plan
    assert (plan.starts[0].context, plan.phases[0].context.end) == (8_192, 8_192)
    assert plan.starts[0].facts["vocab"] == Known(512, "measured")
    assert plan.pins == {"start trunk": Pin("mmmm", "mmmm")}
    assert plan.totals.flops.value
    sure = {"tokens": "declared", "context": "measured", "lr": "declared"}
    assert to_json(plan)["starts"][0]["certainty"] == sure
    text = START.replace("tokens = 5T, lr = 1e-4", "context = 4k").replace("4 x 8k, lr = ->", "4 x 4k, lr = 1e-4 ->")
    declared = beside(lock, text)
    assert "declared-differs" in ids(declared)
    sure = {"tokens": "unknown", "context": "declared", "lr": "unknown"}
    assert to_json(declared.plan)["starts"][0]["certainty"] == sure


def test_no_document_fills_the_window(beside):
    text = RECIPE.replace("1k", "64k").replace("mix = both", "mix = a") + (
        "phase two { steps = 10, batch = 1 x 128k, context = -> 128k by rope(theta = 5M), lr = 1e-4, mix = a }\n"
        "transition one -> two { lr = restart }\nflow one -> two\n"
    )
    lock = replace(LOCK, tokenizer=replace(TOKENIZER, sources=("a",)))
    assert "no-document-that-long" in ids(beside(lock, text))
    longer = replace(lock, sources={"a": replace(SOURCE, longest=200_000)})
    assert "no-document-that-long" not in ids(beside(longer, text))


def test_what_a_start_had_seen_is_unknown_where_nobody_says_it(beside):
    unsaid = START.replace("tokens = 5T, ", "").replace("lr = 1e-4", "lr = 1e-4, context = 8k")
    plan = beside(None, unsaid).plan
    phase = to_json(plan)["phases"][0]
    assert (phase["origin"], phase["seen"], phase["spent"], phase["seen_certainty"]) == (None, None, None, "unknown")
    assert phase["seen_reason"]
    assert phase["since_start"] == {"origin": 0, "seen": phase["tokens"], "spent": phase["tokens"]}
    assert from_json(to_json(plan)) == plan
    said = to_json(beside(Lock(starts={"trunk": MODEL}), START).plan)["phases"][0]
    assert (said["seen"], said["seen_certainty"]) == (5 * 10**12 + said["tokens"], "declared")
    assert "since_start" not in said


HISTOGRAM = {"1024": Sized(30, 900_000), "2048": Sized(12, 700_000), "32768": Sized(2, 110_000)}


@pytest.mark.parametrize(
    ("test", "documents", "tokens"),
    [
        ("doc.length >= 2k", 12, 700_000),
        ("doc.length < 2k", 28, 305_000),
        ("doc.length >= 1k and doc.length < 2k", 18, 200_000),
        ("doc.length < 1k or doc.length >= 32k", 12, 215_000),
        ("doc.length >= 3k", None, None),
    ],
)
def test_parts_of_a_source_are_measured_where_the_lock_counts_lengths(beside, test, documents, tokens):
    text = RECIPE.replace("{ a = 50%, b = 50% }", f"= 50% * a({test}) + 50% * a(doc.length >= 32k)")
    lock = replace(LOCK, sources={"a": replace(SOURCE, lengths=HISTOGRAM)}, tokenizer=None)
    first = beside(lock, text).plan.sources[0]
    assert (first.documents.value, first.tokens.value) == (documents, tokens)
    assert first.tokens.certainty == ("unknown" if tokens is None else "measured")
    assert set(beside(lock, text).plan.pins) == {"data a", "model"}


def test_a_part_that_no_document_is_in_is_an_error(beside):
    text = RECIPE.replace("{ a = 50%, b = 50% }", "= 50% * a(doc.length >= 64k) + 50% * a")
    lock = replace(LOCK, sources={"a": replace(SOURCE, lengths=HISTOGRAM)}, tokenizer=None)
    found = beside(lock, text)
    assert (found.plan, ids(found)) == (None, ["view-empty"])
    assert "60,000" in found.diagnostics[0].message


def test_other_weights_are_stale(beside):
    found = beside(Lock(starts={"trunk": replace(MODEL, described="acme/older")}), START.replace("1e-4", "1e-4, context = 8k"))
    assert ids(found) == ["lock-stale"]
    assert (found.plan.starts[0].facts, found.plan.pins) == ({}, {})


def test_a_source_that_was_not_counted_has_documents_only(beside):
    uncounted = replace(SOURCE, tokens=None, longest=None, lengths={})
    plan = beside(replace(LOCK, sources={"a": uncounted}, tokenizer=None)).plan
    assert (plan.sources[0].documents, plan.sources[0].tokens) == (Known(40, "measured"), Known(1_000_000, "declared"))
    text = RECIPE.replace("{ a = 50%, b = 50% }", "= 50% * a(doc.length >= 1k) + 50% * a")
    sources = beside(replace(LOCK, sources={"a": uncounted}, tokenizer=None), text).plan.sources
    (part,) = [source for source in sources if source.of]
    assert (part.tokens.certainty, part.longest.certainty) == ("unknown", "unknown")
