import json
import subprocess
import sys
from pathlib import Path

import pytest

QUICKSTART = Path(__file__).resolve().parents[2] / "recipes" / "quickstart.mtr"


@pytest.fixture
def wrong(tmp_path):
    """A recipe with one mistake: a mixture that sums to 110 %."""
    (tmp_path / "wrong.mtr").write_text(QUICKSTART.read_text().replace("docs = 80%", "docs = 90%"))
    return "wrong.mtr"


def test_full_shows_the_line(mtdsl, wrong):
    done = mtdsl("check", wrong)
    assert done.returncode == 1
    assert "--> wrong.mtr:" in done.stdout
    assert "mix better { code = 20%, docs = 90% }" in done.stdout
    assert done.stderr.startswith("1 recipe checked: 1 error")


def test_concise_is_one_line_a_problem(mtdsl, wrong):
    done = mtdsl("check", wrong, "--format", "concise")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith("wrong.mtr:")
    assert done.stderr == ""


def test_json_is_for_machines(mtdsl, wrong):
    found = json.loads(mtdsl("check", wrong, "--format", "json").stdout)
    assert "wrong.mtr" in json.dumps(found)
    assert json.loads(mtdsl("check", QUICKSTART, "--format", "json").stdout) == []


def test_several_recipes_at_once(mtdsl, wrong):
    done = mtdsl("check", QUICKSTART, wrong)
    assert done.returncode == 1
    assert done.stderr.startswith("2 recipes checked: 1 error")


def test_github_is_one_annotation_a_problem(mtdsl, wrong):
    done = mtdsl("check", wrong, "--format", "github")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0].startswith("::error title=mtdsl (mix-not-100),file=wrong.mtr,line=")


def test_sarif_has_the_rules_of_what_was_found(mtdsl, wrong):
    run = json.loads(mtdsl("check", wrong, "--format", "sarif").stdout)["runs"][0]
    assert run["tool"]["driver"]["version"] == mtdsl("--version").stdout.strip()
    assert "help" in run["tool"]["driver"]["rules"][0]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "wrong.mtr"}
    assert json.loads(mtdsl("check", QUICKSTART, "--format", "sarif").stdout)["runs"][0]["results"] == []


def test_folders_are_searched_as_fmt_searches_them(mtdsl, wrong, tmp_path):
    for place in ("sub/right.mtr", ".hidden/other.mtr"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text(QUICKSTART.read_text())
    done = mtdsl("check", ".", wrong)
    assert (done.returncode, done.stderr.splitlines()[0].partition(";")[0]) == (1, "2 recipes checked: 1 error")
    assert mtdsl("check", "sub").stderr == "1 recipe checked: no problems\n"


def piped(folder, text, *options):
    command = [sys.executable, "-m", "mtdsl", "check", "-", *options]
    return subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True, check=False)


def test_standard_input_is_checked_as_a_file_of_the_current_folder(tmp_path, wrong):
    (tmp_path / "mixes.mtr").write_text("data web { tokens = 1T }\n")
    text = (
        'recipe r\nuse "mixes.mtr" (web)\nmodel = llama(layers = 2, width = 64, heads = 4)\ntokenizer = bpe(vocab = 512)\n'
        "phase p { tokens = 10M, batch = 16 x 256, context = 256, lr = 1e-3 -> 0, mix = web }\n"
    )
    done = piped(tmp_path, text)
    assert (done.returncode, done.stderr) == (0, "1 recipe checked: no problems\n"), done.stdout
    done = piped(tmp_path, (tmp_path / wrong).read_text(), "--fix")
    assert (done.returncode, "--> <stdin>:" in done.stdout) == (1, True)


def test_standard_input_may_hold_anything(tmp_path):
    assert "error[not-text]: `<stdin>`" in piped(tmp_path, "recipe r\0").stdout
    assert "error[file-too-large]: `<stdin>`" in piped(tmp_path, "#" * 1_000_001).stdout
