"""`mtdsl data` on real files: prepared once, told in numbers that a recount agrees with, shown as a run is fed it."""

import json
import random
import textwrap
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("transformers")

RECIPE = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data code = jsonl(path = "code.jsonl")
data words = text(path = "words/*.txt")
mix both { code = 75%, words = 25% }
phase one { steps = 6, batch = 4 x 64, context = 64, lr = 1e-3, mix = both }
phase two { steps = 6, batch = 4 x 64, lr = -> 0, mix = both, packing = greedy }
flow one -> two
"""
TEXTS = [text for text in Path(textwrap.__file__).read_text().split("\n\n") if text.strip()]


@pytest.fixture
def toy(tmp_path, mtdsl):
    """A recipe on two sources, and `mtdsl` with a cache of its own."""
    (tmp_path / "words").mkdir()
    for number in range(4):
        (tmp_path / "words" / f"{number}.txt").write_text(" ".join(random.Random(number).choices(["abc", "def", "ghi"], k=300)))
    (tmp_path / "code.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    (tmp_path / "toy.mtr").write_text(RECIPE)
    return lambda *words: mtdsl(*words, MTDSL_CACHE=tmp_path / "cache", HF_HUB_OFFLINE="1")


def stats(toy):
    done = toy("data", "stats", "toy.mtr", "--format", "json")
    assert done.returncode == 0, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


def test_prepared_once_with_a_lock_that_fits(toy, tmp_path):
    done = toy("data", "prepare", "toy.mtr")
    assert done.returncode == 0, done.stderr
    assert "tokenising `code`" in done.stderr
    again = toy("data", "prepare", "toy.mtr", "--verify")
    assert (again.returncode, again.stdout) == (0, "")
    assert "tokenis" not in again.stderr
    assert toy("lock", "toy.mtr", "--check").returncode == 0
    locked = (tmp_path / "toy.lock").read_text()
    (tmp_path / "toy.lock").unlink()
    assert toy("lock", "toy.mtr").returncode == 0
    assert (tmp_path / "toy.lock").read_text() == locked
    assert "tokenis" not in toy("run", "toy.mtr").stderr


def test_a_damaged_shard_is_found_and_made_again(toy, tmp_path):
    toy("data", "prepare", "toy.mtr")
    shard = max(tmp_path.glob("cache/tables/*/*.uint16"), key=lambda file: file.stat().st_size)
    whole = shard.read_bytes()
    shard.write_bytes(whole[:-2])
    done = toy("data", "prepare", "toy.mtr", "--verify")
    assert done.returncode == 0, done.stderr
    assert "tokenising `code`" in done.stderr
    assert shard.read_bytes() == whole


def test_every_source_that_cannot_be_read_is_told(toy, tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE.replace("words/*", "none/*").replace("bpe(vocab = 300)", '"tokens"'))
    (tmp_path / "code.jsonl").unlink()
    done = toy("data", "prepare", "toy.mtr")
    assert done.returncode == 1
    assert done.stderr.count("error[source-missing]") == 2
    assert "--> toy.mtr:4:" in done.stderr
    assert "--> toy.mtr:5:" in done.stderr


def test_the_numbers_are_those_of_a_recount(toy, tmp_path):
    from transformers import AutoTokenizer

    found = stats(toy)
    (folder,) = tmp_path.glob("cache/tokenizers/*[!k]")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    lengths = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) + 1 for text in TEXTS]
    code = found["code"]
    assert (code["documents"], code["tokens"], code["longest"]) == (len(TEXTS), sum(lengths), max(lengths))
    assert code["bytes"] == sum(len(text.encode()) for text in TEXTS)
    assert code["lengths"] == [
        sum(2**power <= length < 2 ** (power + 1) for length in lengths) for power in range(max(lengths).bit_length())
    ]
    taken = code["taken"]
    assert (taken["node"], taken["tokens"]) == ("two", 12 * 4 * 64 * 3 // 4)
    assert taken["share"] == pytest.approx(0.75)
    assert taken["unique"] + taken["repeated"] == taken["tokens"]


def test_the_tables_are_drawn(toy):
    done = toy("data", "stats", "toy.mtr")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines() if line] == [
        "source",
        "code",
        "words",
        "source",
        "code",
        "words",
    ]
    assert "75%" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(("phase", "at"), [("one", 1), ("one", 5), ("two", 1), ("two", 4)])
def test_what_is_shown_is_what_a_run_is_fed(toy, tmp_path, phase, at):
    """The windows of an independent walk: `Feed` as the executor uses it, one phase behind the other."""
    from mtdsl.data import Feed, prepare
    from mtdsl.plan import compile
    from mtdsl.registry import installed

    done = toy("data", "show", "toy.mtr", "words", "--at", at, "--phase", phase, "--format", "json")
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    plan, _ = compile(tmp_path / "toy.mtr", {}, installed())
    corpus = prepare(plan, tmp_path, tmp_path / "cache", installed(), lambda line: None)
    streams, windows = None, {}
    for one in plan.phases:
        feed = Feed.begin(plan, one, corpus, installed(), streams)
        fed = [(step, window) for step in range(one.steps) for window in feed.step()]
        windows[one.name] = [(step, window) for step, window in fed if window.source == "words"]
        streams = feed.state()["streams"]
    step, window = windows[phase][at - 1]
    assert (shown["phase"], shown["at"], shown["step"]) == (phase, at, step + 1)
    assert [(part["document"], part["start"], part["stop"]) for part in shown["parts"]] == [
        piece[:3] for piece in window.pieces
    ]
    assert shown["padding"] == 64 - window.size
    table = corpus.tables["words"]
    first = shown["parts"][0]
    from transformers import AutoTokenizer

    ids = table.tokens(first["document"])[first["start"] : first["stop"]]
    assert AutoTokenizer.from_pretrained(corpus.tokenizer_dir).decode(np.array(ids)) == first["text"]


def test_a_sequence_as_text(toy):
    done = toy("data", "show", "toy.mtr", "code")
    lines = done.stdout.splitlines()
    assert lines[0] == "sequence 1 of `code` in `one`, at step 1: 64 tokens"
    assert lines[1].startswith("--- document ")
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("code", "--at", "1000"), "`one` reads 18 sequences of `code`, and not 1,000"),
        (("code", "--phase", "three"), "`three` does not read `code`"),
        (("cod",), "no phase reads `cod`"),
    ],
)
def test_a_sequence_that_there_is_not(toy, words, message):
    done = toy("data", "show", "toy.mtr", *words)
    assert done.returncode == 1
    assert f"error[sequence-unknown]: {message}" in done.stderr


def test_sequences_count_from_one(toy):
    done = toy("data", "show", "toy.mtr", "code", "--at", "0")
    assert done.returncode == 2
    assert "counts sequences from 1" in done.stderr
