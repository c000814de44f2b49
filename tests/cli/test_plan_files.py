"""What is refused of plans in files, of folders that hold no run, and where the training packages are missing."""

import json

import pytest

from mtdsl.cli.training import require_training
from mtdsl.diag import Refusal
from mtdsl.plan import compile, fingerprint, from_json, to_json

RECIPE = """
recipe toy "A toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data notes { source = text("notes.txt") }
phase trunk { steps = 1, batch = 2 x 32, context = 32, lr = 1e-3, mix = notes }
"""


@pytest.fixture
def body(tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    plan, _ = compile(tmp_path / "toy.mtr")
    return to_json(plan)


def test_a_plan_of_another_version_of_a_plugin(mtdsl, body, tmp_path):
    body["plugins"][0]["version"] = "0.0.1"
    body["fingerprint"] = fingerprint(from_json(body))
    (tmp_path / "p.json").write_text(json.dumps(body))
    done = mtdsl("run", "--plan", "p.json")
    assert done.returncode == 1
    assert "error[plugin-differs]: the plan uses the" in done.stderr


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"recipe": "toy"}'])
def test_a_file_that_is_no_plan(mtdsl, tmp_path, text):
    (tmp_path / "p.json").write_text(text)
    done = mtdsl("run", "--plan", "p.json")
    assert done.returncode == 1
    assert "error[not-a-plan]: `p.json` is no plan" in done.stderr


def test_a_folder_that_holds_no_run(mtdsl, tmp_path):
    done = mtdsl("status", tmp_path)
    assert done.returncode == 1
    assert f"error[no-run]: `{tmp_path}` holds no run" in done.stderr


def test_packages_that_are_missing_are_all_named(monkeypatch):
    monkeypatch.setattr("mtdsl.cli.training.find_spec", lambda name: None if name in ("torch", "xxhash") else name)
    with pytest.raises(Refusal, match="train-missing: training needs `torch`, `xxhash`"):
        require_training()
