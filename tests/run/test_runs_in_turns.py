"""A run whose steps take turns: the same after every interruption, and where the phase is cut in two."""

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
mix turns = alternate(good, clean, shares = [60%, 40%])
phase trunk { steps = 9, batch = 4 x 64, context = 64, lr = 1e-3, mix = turns, seed = 1 }
phase anneal { steps = 6, batch = 8 x 64, lr = -> 0, mix = 50% * turns + 50% * noisy }
flow trunk -> anneal
"""
)


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


@pytest.mark.parametrize("steps", [1, 4, 8, 12])
def test_stopped_and_run_again_it_is_the_same_bit_for_bit(whole, do, tmp_path, steps):
    out = tmp_path / "toy"
    with pytest.raises(Interrupted):
        do(out, then=lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == steps else None)
    assert len(do(out).taken) == 15 - steps
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_killed_it_goes_on_from_its_last_checkpoint(whole, base, tmp_path):
    (base / "turns.mtr").write_text(RECIPE)
    out, log = tmp_path / "toy", tmp_path / "toy" / "log.jsonl"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "mtdsl", "run", str(base / "turns.mtr"), "--out", str(out), "--save-every", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    while process.poll() is None and not (log.exists() and len(log.read_text().splitlines()) >= 5):
        time.sleep(0.005)
    process.kill()
    process.wait()
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=300)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")


def test_a_phase_cut_in_two_trains_the_same_and_is_known_to(do, whole, tmp_path):
    head, _, tail = RECIPE.partition("phase anneal")
    rest = "phase rest like trunk { steps = 6, seed = none }\nphase anneal"
    halves = head.replace("steps = 9", "steps = 3") + rest + tail.replace("trunk ->", "trunk -> rest ->")
    do(tmp_path / "toy", halves)
    assert toys.weights_of(tmp_path / "toy" / "final") == toys.weights_of(whole / "final")
    assert {name for name, _ in do(whole.parent / "halves", halves).taken} <= {"trunk"}


def test_it_trains_otherwise_than_the_mean_of_its_turns(do, whole, tmp_path):
    do(tmp_path / "toy", RECIPE.replace("alternate(good, clean, shares = [60%, 40%])", "60% * good + 40% * clean"))
    assert toys.weights_of(tmp_path / "toy" / "final") != toys.weights_of(whole / "final")
