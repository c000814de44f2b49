import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

RECIPES = Path(__file__).resolve().parents[2] / "recipes"
QUICKSTART = RECIPES / "quickstart.mtr"


def test_text_is_what_a_person_reads(mtdsl):
    lines = mtdsl("plan", QUICKSTART).stdout.splitlines()
    assert lines[0].startswith("quickstart")
    assert " phases · " in lines[-1]
    assert " · plan " in lines[-1]
    assert max(map(len, lines)) <= 100


def test_a_failed_check_does_not_hide_the_plan(mtdsl, tmp_path):
    recipe = tmp_path / "toy.mtr"
    recipe.write_text(QUICKSTART.read_text() + "\ncheck 1 == 2\n")
    done = mtdsl("plan", recipe)
    assert done.returncode == 1
    assert "check-failed" in done.stderr
    assert " phases · " in done.stdout.splitlines()[-1]
    assert not mtdsl("plan", recipe, "--format", "json").stdout


def test_json_has_what_the_design_promises(mtdsl):
    plan = json.loads(mtdsl("plan", QUICKSTART, "--format", "json").stdout)
    assert {"recipe", "fingerprint", "phases", "merges", "leaves", "sources", "plugins", "totals"} <= set(plan)
    keys = {
        "name",
        "parents",
        "asked",
        "tokens",
        "seen",
        "spent",
        "steps",
        "batch",
        "context",
        "lr",
        "warmup_steps",
        "mix",
        "seed",
    }
    for phase in plan["phases"]:
        assert keys | {"transition"} <= set(phase)
    assert sum(phase["tokens"] for phase in plan["phases"]) == plan["totals"]["tokens"]
    assert mtdsl("plan", QUICKSTART).stdout.split()[-1] == plan["fingerprint"][:6]


def test_samples_lie_along_the_whole_axis(mtdsl):
    rows = list(csv.DictReader(io.StringIO(mtdsl("plan", QUICKSTART, "--sample", "50", "--format", "csv").stdout)))
    plan = json.loads(mtdsl("plan", QUICKSTART, "--format", "json").stdout)
    assert len(rows) == 50
    assert list(rows[0])[:6] == ["tokens", "phase", "step", "lr", "batch_tokens", "context"]
    assert all(name.startswith("mix.") for name in list(rows[0])[6:])
    assert list(dict.fromkeys(row["phase"] for row in rows)) == [phase["name"] for phase in plan["phases"]]
    assert all(sum(float(row[name] or 0) for name in row if name.startswith("mix.")) == pytest.approx(1) for row in rows)


def test_out_writes_the_file_whole_and_says_nothing(mtdsl, tmp_path):
    done = mtdsl("plan", QUICKSTART, "--format", "svg", "--out", "plan.svg")
    assert (done.returncode, done.stdout) == (0, "")
    assert ET.parse(tmp_path / "plan.svg").getroot().tag.endswith("svg")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.svg"]


def test_a_folder_that_is_not_there_is_said_so(mtdsl):
    done = mtdsl("plan", QUICKSTART, "--out", "no/such/plan.txt")
    assert done.returncode == 1
    assert "error[cannot-write]: `no/such/plan.txt` cannot be written" in done.stderr


def test_a_recipe_that_does_not_fit_prints_no_plan(mtdsl, tmp_path):
    (tmp_path / "wrong.mtr").write_text(QUICKSTART.read_text().replace("mix ", "mxi ", 1))
    done = mtdsl("plan", "wrong.mtr", "--format", "json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--> wrong.mtr:" in done.stderr


def test_the_picture_in_the_readme_is_what_is_drawn_now(mtdsl):
    drawn = mtdsl("plan", QUICKSTART, "--format", "svg").stdout
    kept = (RECIPES.parent / "docs" / "quickstart.svg").read_text()
    assert drawn == kept, "mtdsl plan recipes/quickstart.mtr --format svg --out docs/quickstart.svg"


@pytest.mark.parametrize("out", ["r.mtr", "./r.mtr", "other/same.mtr", "part.mtr", "r.lock"])
def test_out_is_never_what_the_recipe_is_made_of(mtdsl, tmp_path, out):
    (tmp_path / "r.mtr").write_text('use "part.mtr"\n' + QUICKSTART.read_text())
    (tmp_path / "part.mtr").write_text("let half = 50%\n")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "same.mtr").hardlink_to(tmp_path / "r.mtr")
    before = {path: path.read_text() for path in tmp_path.rglob("*.mtr")}
    done = mtdsl("plan", "r.mtr", "--out", out)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"error: `--out {out}`".replace("./", "") in done.stderr
    assert {path: path.read_text() for path in tmp_path.rglob("*.mtr")} == before
    assert not (tmp_path / "r.lock").exists()
