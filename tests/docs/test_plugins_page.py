"""What docs/plugins.md shows works: its files are tested, its commands run, its tables name everything there is.

Its recipes are planned in `tests/lang/test_pages.py`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mtdsl
import mtdsl.testing
from mtdsl.cli import scaffold
from mtdsl.registry import choosing, hooks, loading
from mtdsl.registry.kinds import KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/plugins.md").read_text()
FILES = dict(re.findall(r"^`(\w+\.py)`:\n\n```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
TABLE = PAGE[PAGE.index("| kind | hook and descriptor |") : PAGE.index("Each method's arguments")]
ROWS = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in TABLE.strip().splitlines()[2:]]
COMMANDS = re.findall(r"^((?:\w+=\S* )*mtdsl (?:plugins|check recipes).*)$", PAGE, re.MULTILINE)


def test_its_files_are_formatted_and_their_tests_pass(tmp_path):
    assert set(FILES) == {"dwell.py", "test_dwell.py", "conftest.py", "test_alone.py"}
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml"), str(tmp_path)]
    formatted = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert formatted.returncode == 0, formatted.stdout
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(tests, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(r"\.{13,}", done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_do_what_it_says(command):
    words = command.split()
    given = dict(word.split("=", 1) for word in words[: words.index("mtdsl")])
    rest = [sys.executable, "-m", "mtdsl", *words[words.index("mtdsl") + 1 :]]
    done = subprocess.run(rest, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert ("registered" in done.stderr) == ("MTDSL_TRACE_PLUGINS" in given)


def test_it_shows_each_variable():
    shown = set(re.findall(r"^\| `(MTDSL_\w+)=", PAGE, re.MULTILINE))
    assert shown == {choosing.ONLY, choosing.NEVER, loading.TRACE}
    assert {choosing.ONLY, choosing.NEVER, loading.TRACE} & {word for line in COMMANDS for word in re.split("[= ]", line)}


def test_every_kind_stands_in_the_table_with_its_hook():
    named = {row[0]: row[1] for row in ROWS if row[1] != "the same"}
    assert named == {kind.kind: f"`{hooks.hook_of(kind.kind)}`, `{kind.__name__}`" for kind in KINDS}


def test_every_suite_stands_in_the_table():
    shown = {row[3].strip("` ") for row in ROWS}
    assert shown == {name for name in mtdsl.testing.__all__ if name.endswith("Suite")} - {"TechniqueSuite"}


def test_every_method_of_the_table_is_declared():
    declared = "".join(path.read_text() for path in (ROOT / "mtdsl/registry").glob("*.py"))
    declared += (ROOT / "mtdsl/data/packing.py").read_text()
    methods = {word for row in ROWS for word in re.findall(r"`(\w+)[(`]", row[2])}
    assert len(methods) > 15
    assert [name for name in methods if not re.search(rf"(def {name}\(|    {name}: )", declared)] == []


def test_every_kind_can_be_begun():
    listed = PAGE[PAGE.index("The kinds are ") : PAGE.index("Each begins with")]
    assert sorted(re.findall(r"`([\w-]+)`", listed)) == scaffold.kinds()


def test_every_file_that_it_lists_is_written(tmp_path):
    package = scaffold.package("acme-dwell", "scheduler", tmp_path)
    listed = re.findall(r"^\| `([\w./]+\.\w+)` \|", PAGE, re.MULTILINE)
    assert len(listed) == 5
    assert [path for path in listed if not (package / path).is_file()] == []


def test_every_constraint_is_named():
    words = set(re.findall(r"\w+", PAGE))
    constraints = (
        "Bound",
        "Length",
        "NotNegative",
        "Positive",
        "Scheduled",
        "Share",
        "Steps",
        "Stretch",
        "Technique",
        "Tokens",
        "Word",
    )
    assert [name for name in constraints if name not in words or not hasattr(mtdsl, name)] == []
