"""A step minimises what the recipe says: an objective of a file beside it, whose parameter moves."""

import json
import os
import signal
from pathlib import Path

import pytest
import torch
import toys

from mtdsl.diag import Refusal
from mtdsl.plan import analyse
from mtdsl.registry import installed
from mtdsl.run import Interrupted, able, execute

PLAIN = toys.HEAD + "phase only { steps = 4, batch = 4 x 64, context = 64, lr = 1e-3, mix = good }\n"
USE = toys.HEAD.replace('"A toy"\n', '"A toy"\nuse python "smooth.py"\n')
PHASE = "phase only { steps = 4, batch = 4 x 64, context = 64, lr = 1e-3, mix = good, objective = %s }\n"
SMOOTH = """\
from dataclasses import dataclass
from typing import Annotated

import mtdsl


@mtdsl.hookimpl
def mtdsl_objectives():
    yield mtdsl.Objective("smooth", "smooth:Smooth")
    yield mtdsl.Objective("planned", "smooth:Planned")


@dataclass(frozen=True)
class Smooth:
    part: Annotated[float, mtdsl.Share, mtdsl.Scheduled] = 0.0

    def losses(self, logits, labels):
        from torch.nn.functional import cross_entropy

        return cross_entropy(logits, labels, reduction="none", label_smoothing=self.part)


@dataclass(frozen=True)
class Planned:
    pass
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
    (folder / "smooth.py").write_text(SMOOTH)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield folder
    torch.set_num_threads(threads)


@pytest.fixture
def losses(base, tmp_path):
    def trained(recipe):
        path = base / "toy.mtr"
        path.write_text(recipe)
        found = analyse(path, {}, installed())
        assert found.plan is not None, found.diagnostics
        out = tmp_path / str(len(list(tmp_path.iterdir())))
        execute(found.plan, base, out, found.origins.registry, toys.Recording(), cache=base / "cache")
        return [json.loads(line)["loss"] for line in (Path(out) / "log.jsonl").read_text().splitlines()]

    return trained


def test_nothing_smoothed_is_the_next_token(losses):
    assert losses(USE + PHASE % "smooth(part = 0)") == pytest.approx(losses(PLAIN), rel=1e-5)


def test_a_parameter_that_moves_is_what_it_is_at_each_step(losses):
    plain, moved, still = (losses(text) for text in (PLAIN, USE + PHASE % "smooth(0 -> 80%)", USE + PHASE % "smooth(20%)"))
    assert moved[0] == pytest.approx(plain[0], rel=1e-6)
    assert moved[1] != pytest.approx(plain[1], rel=1e-4)
    assert still[0] != pytest.approx(plain[0], rel=1e-4)


def test_stopped_and_run_again_it_is_the_same_bit_for_bit(base, tmp_path):
    path = base / "toy.mtr"
    path.write_text(USE + PHASE % "smooth(0 -> 80%)")
    found = analyse(path, {}, installed())

    def run(name, then=lambda taken: None):
        given = {"cache": base / "cache"}
        execute(found.plan, base, tmp_path / name / "toy", found.origins.registry, toys.Recording(then), **given)
        return toys.log_of(tmp_path / name / "toy"), toys.weights_of(tmp_path / name / "toy" / "final")

    whole = run("whole")
    with pytest.raises(Interrupted):
        run("stopped", lambda taken: os.kill(os.getpid(), signal.SIGTERM) if len(taken) == 2 else None)
    assert run("stopped") == whole


def test_one_that_says_no_loss_is_refused(base):
    path = base / "toy.mtr"
    path.write_text(USE + PHASE % "planned")
    found = analyse(path, {}, installed())
    with pytest.raises(Refusal, match="more than a loss for each token"):
        able.check(found.plan, found.origins.registry)
