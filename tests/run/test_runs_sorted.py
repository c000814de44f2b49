"""A run that reads a source by a column of its documents: the same after every interruption, and in that order."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
import toys

from mtdsl.diag import Refusal
from mtdsl.registry import installed
from mtdsl.run import Interrupted, execute

HEAD = toys.HEAD.replace('source = jsonl("clean.jsonl")', 'source = jsonl("clean.jsonl"), order = ascending("quality")')
RECIPE = (
    HEAD
    + """
phase trunk { steps = 9, batch = 4 x 64, context = 64, lr = 1e-3, mix = good, packing = greedy, seed = 1 }
phase anneal { steps = 6, batch = 8 x 64, lr = -> 0, mix = clean, packing = best_fit }
flow trunk -> anneal
"""
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
    rows = [json.loads(line) for line in (folder / "clean.jsonl").read_text().splitlines()]
    graded = [{**row, "quality": (7 * at) % 11} for at, row in enumerate(rows)]
    (folder / "clean.jsonl").write_text("".join(json.dumps(row) + "\n" for row in graded))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield folder
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def do(base):
    def run(out, recipe=RECIPE, then=lambda taken: None):
        watcher = toys.Recording(then)
        execute(toys.plan_of(base, recipe), base, out, installed(), watcher, save_every=1e9, cache=base / "cache")
        return watcher

    return run


@pytest.fixture(scope="module")
def whole(do, tmp_path_factory):
    """A run that nobody disturbed."""
    out = tmp_path_factory.mktemp("whole") / "toy"
    do(out)
    return out


@pytest.mark.parametrize("steps", [4, 11])
def test_stopped_and_run_again_it_is_the_same_bit_for_bit(whole, do, tmp_path, steps):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted):
        do(out, then=lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == steps else None)
    assert len(do(out).taken) == 15 - steps
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_killed_it_goes_on_from_its_last_checkpoint(whole, base, tmp_path):
    (base / "sorted.mtr").write_text(RECIPE)
    out, log = tmp_path / "toy", tmp_path / "toy" / "log.jsonl"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mtdsl", "run", str(base / "sorted.mtr"), "--out", str(out), "--save-every", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) >= 5):
        time.sleep(0.005)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=300)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_a_phase_cut_in_two_trains_the_same_and_is_known_to(do, whole, tmp_path):
    rest = "phase rest like trunk { steps = 5, seed = none }\nphase anneal"
    head, _, tail = RECIPE.partition("phase anneal")
    halves = head.replace("steps = 9", "steps = 4") + rest + tail.replace("trunk ->", "trunk -> rest ->")
    do(tmp_path / "toy", halves)
    assert toys.weights_of(tmp_path / "toy" / "final") == toys.weights_of(whole / "final")


def test_another_order_trains_something_else(do, whole, tmp_path):
    found = set()
    for at, order in enumerate(('descending("quality")', "ascending(doc.length)", "given", "shuffled")):
        do(tmp_path / str(at), RECIPE.replace('ascending("quality")', order))
        found.add(toys.weights_of(tmp_path / str(at) / "final"))
    assert len(found | {toys.weights_of(whole / "final")}) == 5


def test_a_column_that_is_not_there_is_refused_before_the_first_step(do, base, tmp_path):
    with pytest.raises(Refusal, match="no document of `clean` has a `grade`"):
        do(tmp_path / "toy", RECIPE.replace("quality", "grade"))
    assert not (tmp_path / "toy" / "log.jsonl").exists()
