"""Runs `mtdsl` as a user does: another process, another folder."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def mtdsl(tmp_path):
    def run(*arguments, **environment):
        command = [sys.executable, "-m", "mtdsl", *map(str, arguments)]
        given = {**os.environ, "COLUMNS": "100", "TMPDIR": str(tmp_path), **environment}
        return subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False)

    return run
