"""Arrows of import point one way, and the road from text to plan stays light."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "numpy", "transformers", "datasets", "pyarrow", "accelerate", "tokenizers", "safetensors")
PROBE = f"""
import sys
from mtdsl.cli import main
code = main(sys.argv[1:])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"imported {{', '.join(loaded)}}" if loaded else code)
"""


def test_arrows_of_import_point_one_way(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["plan"],
        ["plan", "--format", "json"],
        ["plan", "--format", "svg"],
        ["plan", "--sample", "20", "--format", "csv"],
    ],
    ids=" ".join,
)
def test_check_and_plan_import_nothing_heavy(arguments):
    command, *options = arguments
    done = subprocess.run(
        [sys.executable, "-c", PROBE, command, "recipes/quickstart.mtr", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_registering_the_built_in_plugins_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", PROBE, "plugins"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "linear" in done.stdout
