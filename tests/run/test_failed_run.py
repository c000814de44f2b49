"""A run that cannot begin leaves a finished run as it was, and a new folder not at all."""

import signal
import subprocess
import sys

import pytest
import tiny
import toys

from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import Silent, execute

SMALL = toys.HEAD + toys.TRUNK.replace("steps = 6", "steps = 2")
START = """
recipe toy "A toy"
tokenizer = bpe(vocab = 300)
data noisy { source = jsonl("noisy.jsonl") }
start old { weights = "old", context = 32 }
phase more { steps = 1, batch = 2 x 32, lr = 1e-4, mix = noisy }
transition old -> more { lr = restart }
flow old -> more
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
    return folder


def do(base, recipe, out):
    plan = toys.plan_of(base, recipe)
    execute(plan, base, out, installed(), Silent(), files=[base / "toy.mtr"], cache=base / "cache")


@pytest.fixture(scope="module")
def finished(base, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "toy"
    do(base, SMALL, out)
    return out


def described(run):
    """What a run folder says of itself."""
    return {file: file.read_bytes() for file in run.rglob("*") if file.is_file() and "phases" not in file.parts}


MISSING = SMALL.replace("clean.jsonl", "moved.jsonl")
WIDE = START.replace("context = 32", "context = 16").replace("2 x 32", "4 x 16")

SMALLER = SMALL.replace("llama(layers = 1, width = 32, heads = 2)", 'config("small")')


@pytest.mark.parametrize(
    ("recipe", "id"),
    [(MISSING, "source-missing"), (START, "model-unreadable"), (WIDE, "start-differs"), (SMALLER, "model-vocabulary")],
    ids=["source", "start", "facts", "vocabulary"],
)
def test_a_run_that_cannot_begin_overwrites_nothing(base, finished, tmp_path, recipe, id):
    tiny.model(vocab_size=300, max_position_embeddings=32).save_pretrained(base / "old")
    tiny.config(vocab_size=200).save_pretrained(base / "small")
    if id == "model-unreadable":
        (base / "old" / "model.safetensors").write_bytes(b"\0" * 100)
    before = described(finished)
    for out in (finished, tmp_path / "new"):
        with pytest.raises(Refusal) as refused:
            do(base, recipe, out)
        assert refused.value.diagnostics[0].id == id
    assert not (tmp_path / "new").exists()
    after = described(finished)
    assert {file: after[file] for file in before if file.name != "events.jsonl"} == {
        file: held for file, held in before.items() if file.name != "events.jsonl"
    }


def test_what_is_not_ours_stays_in_the_folder_of_a_run_that_cannot_begin(base, tmp_path):
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / ".note").write_text("mine")
    with pytest.raises(Refusal):
        do(base, MISSING, tmp_path / "toy")
    assert [path.name for path in (tmp_path / "toy").iterdir()] == [".note"]


KILLED = """
import sys, time
from mtdsl.run.folder import RunFolder
RunFolder(__import__("pathlib").Path(sys.argv[1]), "toy").event("loading")
print(flush=True)
time.sleep(60)
"""


def test_a_run_killed_before_it_began_is_run_again(base, tmp_path):
    out = tmp_path / "toy"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(out)], stdout=subprocess.PIPE)
    assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert {path.name for path in out.iterdir()} == {".lock", "phases", "log.jsonl", "events.jsonl"}
    do(base, SMALL, out)
    assert (out / "final" / "config.json").exists()
