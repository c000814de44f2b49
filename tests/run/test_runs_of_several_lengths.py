"""A run whose steps have several lengths: the same after every interruption, and the mean loss whatever the length."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch
import toys

from mtdsl.registry import installed
from mtdsl.run import Interrupted, execute

RECIPE = (
    toys.HEAD
    + """
phase trunk { steps = 8, batch = 4 x 64, context = 64, lr = 1e-3, mix = good, seed = 1 }
phase long {
    steps   = 8
    batch   = 2 x 128
    context = -> 128 by yarn(factor = 2)
    window  = alternate([128, 32], shares = [75%, 25%])
    packing = best_fit
    lr      = 1e-3 -> 0
    mix     = good
}
flow trunk -> long
"""
)
LENGTHS = [128, 128, 32, 128] * 2


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
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


def test_the_log_says_the_length_of_each_step_where_they_differ(whole):
    lines = [json.loads(line) for line in (whole / "log.jsonl").read_text().splitlines()]
    assert [line.get("length") for line in lines] == [None] * 8 + LENGTHS
    assert [line["tokens"] for line in lines] == [256 * (step + 1) for step in range(16)]
    assert all(4 < line["loss"] < 7 for line in lines)  # ln(300) is 5.7: the mean over labels at every length
    assert lines[-1]["loss"] < lines[0]["loss"]


@pytest.mark.parametrize("steps", [9, 10, 11, 13])
def test_stopped_and_run_again_it_is_the_same_bit_for_bit(whole, do, tmp_path, steps):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted):
        do(out, then=lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == steps else None)
    assert len(do(out).taken) == 16 - steps
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_killed_it_goes_on_from_its_last_checkpoint(whole, base, tmp_path):
    (base / "lengths.mtr").write_text(RECIPE)
    out, log = tmp_path / "toy", tmp_path / "toy" / "log.jsonl"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mtdsl", "run", str(base / "lengths.mtr"), "--out", str(out), "--save-every", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) >= 11):
        time.sleep(0.005)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=300)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_it_trains_otherwise_than_one_length_and_what_came_before_it_is_kept(do, whole, tmp_path):
    window = "window  = alternate([128, 32], shares = [75%, 25%])\n"
    assert window in RECIPE
    kept = do(whole.parent / "other", RECIPE.replace(window, ""))
    assert {phase for phase, _ in kept.taken} == {"long"}
    assert toys.weights_of(whole.parent / "other" / "final") != toys.weights_of(whole / "final")
    swapped = RECIPE.replace("[75%, 25%]", "[25%, 75%]")
    assert {phase for phase, _ in do(whole.parent / "swapped", swapped).taken} == {"long"}
