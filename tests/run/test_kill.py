"""`mtdsl run` is killed, at once and for good, and run again: nobody can tell afterwards."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
import toys

MTDSL = [sys.executable, "-m", "mtdsl"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recipe")
    toys.text(folder)
    (folder / "toy.mtr").write_text(toys.CHAIN)
    return folder


def start(base, out, *options):
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache"), "NO_COLOR": "1"}
    command = [*MTDSL, "run", str(base / "toy.mtr"), "--out", str(out), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def finish(base, out, *options):
    process = start(base, out, *options)
    printed, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return printed, said


@pytest.fixture(scope="module")
def whole(base, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole") / "toy"
    finish(base, out, "--save-every", "1000")
    return out


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def while_saving(out, draw):
    """Inside a save, at some step."""
    steps = draw.randrange(1, 27)
    return lambda: len(lines(out / "log.jsonl")) >= steps and any(out.parent.glob(".store/.tmp-*"))


def at_a_boundary(out, draw):
    """Between the result of a node and whatever follows it."""
    results = draw.randrange(1, 6)
    return lambda: sum('"kind": "result"' in line for line in lines(out / "events.jsonl")) >= results


def after_a_step(out, draw):
    """Somewhere in a phase."""
    steps = draw.randrange(1, 27)
    return lambda: len(lines(out / "log.jsonl")) >= steps


def while_exporting(out, draw):
    """While the last folder is written."""
    return lambda: any(out.glob(".final.*"))


def at_the_start(out, draw):
    """As soon as there is a folder."""
    return lambda: (out / ".lock").exists()


def kill_when(process, moment):
    """Kill the process at the moment; whether it came before the process ended by itself."""
    while process.poll() is None:
        if moment():
            process.kill()
            break
        time.sleep(0.001)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def killed_and_finished(base, whole, tmp_path, moments, seed):
    draw, out = random.Random(seed), tmp_path / "toy"
    kills = sum(kill_when(start(base, out, "--save-every", "0"), moment(out, draw)) for moment in moments)
    finish(base, out)
    assert toys.log_of(out) == toys.log_of(whole)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")
    assert not list((tmp_path / ".store").glob(".tmp-*"))
    assert [path.name for path in out.glob(".*")] == [".lock"]
    return kills


def test_killed_three_times(base, whole, tmp_path):
    assert killed_and_finished(base, whole, tmp_path, [while_saving, at_a_boundary, after_a_step], 1) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_ten_times(base, whole, tmp_path, seed):
    moments = [at_the_start, *[while_saving, at_a_boundary, after_a_step] * 3, while_exporting]
    assert killed_and_finished(base, whole, tmp_path, moments, seed) >= 5


def test_sigterm_saves_and_says_how_to_go_on(base, whole, tmp_path):
    out = tmp_path / "toy"
    process = start(base, out, "--save-every", "1000")
    while len(lines(out / "log.jsonl")) < 3:
        time.sleep(0.001)
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "run the same command again" in said
    assert "Traceback" not in said
    stopped = len(toys.log_of(out))
    assert 3 <= stopped < 27
    printed, said = finish(base, out)
    assert toys.weights_of(out / "final") == toys.weights_of(whole / "final")
    assert toys.log_of(out) == toys.log_of(whole)
    assert "goes on from step" in said or stopped in (10, 16, 22)
    assert "noisy" in printed


def test_a_finished_run_prints_its_table_again_and_status_reads_it(base, whole):
    before = (whole / "log.jsonl").read_bytes()
    printed, said = finish(base, whole)
    assert [line.split()[0] for line in printed.splitlines()[1:]] == [
        "after",
        "trunk",
        "anneal[1]",
        "anneal[2]",
        "soup",
        "long",
    ]
    assert "step 1/" not in said
    assert (whole / "log.jsonl").read_bytes() == before
    told = subprocess.run([*MTDSL, "status", str(whole)], capture_output=True, text=True, check=True).stdout
    assert told.startswith("toy: finished\n5 of 5")
    assert "last step: 5 of 5 in long" in told


def test_a_plan_that_was_reviewed_is_what_is_run(base, whole, tmp_path):
    written = subprocess.run([*MTDSL, "plan", str(base / "toy.mtr"), "--format", "json"], capture_output=True, text=True)
    (base / "plan.json").write_text(written.stdout)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MTDSL_CACHE": str(base / "cache")}
    command = [*MTDSL, "run", "--plan", str(base / "plan.json"), "--out", str(whole.parent / "reviewed")]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert "step 1/" not in ran.stderr
    assert toys.weights_of(whole.parent / "reviewed" / "final") == toys.weights_of(whole / "final")
    (base / "plan.json").write_text(written.stdout.replace('"seed": 2', '"seed": 5'))
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ran.returncode == 1
    assert "plan-changed" in ran.stderr


def test_status_of_a_folder_that_is_no_run(tmp_path):
    told = subprocess.run([*MTDSL, "status", str(tmp_path)], capture_output=True, text=True)
    assert told.returncode == 1
    assert "holds no run" in told.stderr
