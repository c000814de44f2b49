"""The hooks that pre-commit reads: what they are called, which files they take, and that their commands do their work."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def run(hook, *files, folder):
    program, *arguments = shlex.split(hook["entry"])
    assert program == "mtdsl"
    command = [sys.executable, "-m", "mtdsl", *arguments, *files]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("id", ["mtdsl-fmt", "mtdsl-check"])
def test_a_hook_takes_recipes_and_nothing_else(id):
    hook = HOOKS[id]
    assert (hook["language"], hook["require_serial"]) == ("python", True)
    assert re.search(hook["files"], "recipes/data/olmo2.mtr")
    assert not re.search(hook["files"], "notes.mtr.txt")


def test_the_commands_do_their_work(tmp_path):
    (tmp_path / "a.mtr").write_text((ROOT / ".ci/small.mtr").read_text().replace(" = ", "="))
    assert run(HOOKS["mtdsl-fmt"], "a.mtr", folder=tmp_path).returncode == 0
    assert (tmp_path / "a.mtr").read_text() == (ROOT / ".ci/small.mtr").read_text()
    assert run(HOOKS["mtdsl-check"], "a.mtr", folder=tmp_path).returncode == 0
    (tmp_path / "b.mtr").write_text("phase b {")
    assert run(HOOKS["mtdsl-check"], "a.mtr", "b.mtr", folder=tmp_path).returncode == 1
    assert run(HOOKS["mtdsl-fmt"], "a.mtr", "b.mtr", folder=tmp_path).returncode == 1
