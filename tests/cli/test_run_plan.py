"""A plan in a file is run from wherever the file is, and refused where it is not what this program would run."""

import json

import pytest

from mtdsl.plan import fingerprint, from_json

RECIPE = """
recipe toy "A toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data notes { source = text("notes.txt") }
phase trunk { steps = 1, batch = 2 x 32, context = 32, lr = 1e-3, mix = notes }
"""


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    monkeypatch.setenv("MTDSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "notes.txt").write_text("\n\n".join(f"note {index}: " + "to be kept and read again " * 20 for index in range(40)))
    (folder / "toy.mtr").write_text(RECIPE)
    return folder / "toy.mtr"


def test_a_plan_written_elsewhere_knows_its_recipes_folder_and_so_does_a_runs(mtdsl, recipe, tmp_path):
    (tmp_path / "sub").mkdir()
    assert mtdsl("plan", recipe, "--format", "json", "--out", "sub/p.json").returncode == 0
    plan = json.loads((tmp_path / "sub" / "p.json").read_text())
    assert plan["base"] == "../recipes"
    assert json.loads(mtdsl("plan", recipe, "--format", "json").stdout) == {
        name: value for name, value in plan.items() if name != "base"
    }
    done = mtdsl("run", "--plan", "sub/p.json")
    assert done.returncode == 0, done.stderr
    again = mtdsl("run", "--plan", "runs/toy/plan.json")
    assert again.returncode == 0, again.stderr
    assert json.loads((tmp_path / "runs" / "toy" / "plan.json").read_text())["base"] == "../../recipes"


def test_a_plan_from_stdout_is_told_its_base_and_leaves_the_recipe_that_it_came_from(mtdsl, recipe, tmp_path):
    assert mtdsl("run", recipe).returncode == 0
    (tmp_path / "p.json").write_text(mtdsl("plan", recipe, "--format", "json").stdout)
    lost = mtdsl("run", "--plan", "p.json", "--out", "runs/other")
    assert (lost.returncode, "source-missing" in lost.stderr) == (1, True)
    done = mtdsl("run", "--plan", "p.json", "--base", "recipes")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs" / "toy" / "recipe" / "toy.mtr").read_text() == RECIPE


def test_a_base_goes_with_a_plan(mtdsl, recipe):
    assert mtdsl("run", recipe, "--base", "recipes").returncode == 2


def test_a_plan_of_another_version_of_a_plugin(mtdsl, recipe, tmp_path):
    plan = json.loads(mtdsl("plan", recipe, "--format", "json").stdout)
    plan["plugins"][0]["version"] = "0.0.1"
    plan["fingerprint"] = fingerprint(from_json(plan))
    (tmp_path / "p.json").write_text(json.dumps(plan))
    done = mtdsl("run", "--plan", "p.json")
    assert done.returncode == 1
    assert "error[plugin-differs]: the plan uses the" in done.stderr


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"recipe": "toy"}'])
def test_a_file_that_is_no_plan(mtdsl, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    done = mtdsl("run", "--plan", "p.json")
    assert done.returncode == 1
    assert "error[not-a-plan]: `p.json` is no plan" in done.stderr
