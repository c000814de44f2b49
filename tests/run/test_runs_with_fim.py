"""A run that fills in middles: the same after every interruption, refused where the tokenizer has no special tokens."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import toys
from transformers import AutoTokenizer

from mtdsl.data import bpe
from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import Interrupted, execute

SPECIAL = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"]
RECIPE = """
recipe toy "A toy that fills in middles"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = "tokens"
data pages { source = text("pages/*.py") }
phase trunk { steps = 4, batch = 4 x 64, context = 64, lr = 1e-3, mix = pages, seed = 1 }
phase infill { steps = 6, batch = 4 x 64, lr = 1e-3, mix = pages, fim = 60%, fim_mode = mixed, packing = best_fit }
phase parts { steps = 4, batch = 2 x 128, context = -> 128 by yarn, lr = 1e-3 -> 0, mix = pages, fim = -> 20%, fim_mode = MODE }
transition infill -> parts { data = fresh }
flow trunk -> infill -> parts
"""
CONTEXT = 'psm(level = "context")'


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "pages").mkdir()
    files = sorted(Path(json.__file__).parent.glob("*.py")) + sorted(Path(bpe.__file__).parent.glob("*.py"))
    texts = [file.read_text("utf-8") for file in files]
    for at, text in enumerate(texts):
        for part in range(0, len(text), 700):
            (folder / "pages" / f"{at}-{part}.py").write_text(text[part : part + 700] or "pass\n")
    bpe.train([lambda: iter(texts)], 400, folder / "tokens")
    whole = AutoTokenizer.from_pretrained(folder / "tokens")
    whole.add_special_tokens({"additional_special_tokens": SPECIAL})
    whole.save_pretrained(folder / "tokens")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield folder
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def do(base):
    def run(out, mode=CONTEXT, then=lambda taken: None):
        watcher = toys.Recording(then)
        plan = toys.plan_of(base, RECIPE.replace("MODE", mode))
        execute(plan, base, out, installed(), watcher, save_every=1e9, cache=base / "cache")
        return watcher

    return run


@pytest.fixture(scope="module")
def whole(do, tmp_path_factory):
    """A run that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole") / "toy"
    do(out)
    return out


def test_tokens_are_those_of_the_plan_and_all_but_the_last_of_a_piece_are_trained_on(whole):
    lines = [json.loads(line) for line in (whole / "log.jsonl").read_text().splitlines()]
    assert [line["tokens"] for line in lines] == [256 * (step + 1) for step in range(14)]
    assert all(3 < line["loss"] < 7 for line in lines)  # ln(403) is 6
    assert all(200 < line["trained"] < 256 for line in lines)


@pytest.mark.parametrize("steps", [5, 8, 10, 12])
def test_stopped_and_run_again_it_is_the_same_bit_for_bit(whole, do, tmp_path, steps):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted):
        do(out, then=lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == steps else None)
    assert len(do(out).taken) == 14 - steps
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_killed_it_goes_on_from_its_last_checkpoint(whole, base, tmp_path):
    (base / "fim.mtr").write_text(RECIPE.replace("MODE", CONTEXT))
    out, log = tmp_path / "toy", tmp_path / "toy" / "log.jsonl"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mtdsl", "run", str(base / "fim.mtr"), "--out", str(out), "--save-every", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) >= 8):
        time.sleep(0.005)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=300)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_another_mode_is_another_phase_and_what_came_before_it_is_kept(do, whole):
    taken = do(whole.parent / "other", 'psm(level = "document")').taken
    assert {phase for phase, _ in taken} == {"parts"}
    assert toys.weights_of(whole.parent / "other" / "final") != toys.weights_of(whole / "final")


def test_special_tokens_that_the_tokenizer_lacks_are_named(do, tmp_path):
    with pytest.raises(Refusal) as refused:
        do(tmp_path / "toy", 'psm(prefix = "<PRE>", middle = "<MID>")')
    (found,) = refused.value.diagnostics
    assert (found.id, found.about) == ("special-token-missing", ("parts", "fim_mode"))
    assert "`<PRE>` and `<MID>`" in found.message
    assert found.help is not None
    assert 'psm(prefix = "...", middle = "...")' in found.help
    assert "`<fim_suffix>`" in found.help
    assert not (tmp_path / "toy" / "log.jsonl").exists()


def test_the_line_is_shown(base, tmp_path):
    recipe = RECIPE.replace("MODE", 'psm(prefix = "<PRE>")')
    (base / "line.mtr").write_text(recipe)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mtdsl", "run", str(base / "line.mtr"), "--out", str(tmp_path / "toy")]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 1
    line = recipe.splitlines().index(next(one for one in recipe.splitlines() if "<PRE>" in one)) + 1
    assert "error[special-token-missing]" in done.stderr
    assert f"line.mtr:{line}:" in done.stderr
    assert 'psm(prefix = "<PRE>")' in done.stderr
