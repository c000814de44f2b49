"""What only a run can find is shown at the line of the recipe that asks for it."""

import pytest

RECIPE = """
recipe lines "What is not there"
model     = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data web = text(path = "nowhere/*.txt")
phase only { tokens = 4096, batch = 4 x 64, context = 64, lr = 1e-3, mix = web }
"""
STARTED = """
recipe lines "What is not there"
tokenizer = bpe(vocab = 300)
data web = text(path = "words.txt")
start base { weights = "nowhere", context = 64 }
phase only { tokens = 4096, batch = 4 x 64, lr = 1e-3, mix = web }
flow base -> only
"""


@pytest.mark.parametrize(
    ("recipe", "id", "line"),
    [
        (RECIPE, "source-missing", 'data web = text(path = "nowhere/*.txt")'),
        (RECIPE.replace("bpe(vocab = 300)", '"nowhere"'), "tokenizer-missing", 'tokenizer = "nowhere"'),
        (RECIPE.replace("llama(layers = 1, width = 32, heads = 2)", 'config("nowhere")'), "model-missing", 'config("nowhere")'),
        (STARTED, "model-missing", 'start base { weights = "nowhere", context = 64 }'),
    ],
)
def test_a_run_that_cannot_begin_shows_the_line(recipe, id, line, tmp_path, capsys, monkeypatch):
    from mtdsl.cli import main

    monkeypatch.setenv("MTDSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "words.txt").write_text("words " * 5000)
    (tmp_path / "lines.mtr").write_text(recipe)
    assert main(["run", "lines.mtr"]) == 1
    told = capsys.readouterr().err
    assert f"error[{id}]" in told
    found = told[told.index(f"error[{id}]") :]
    assert "--> lines.mtr:" in found
    assert line in found
