"""Docs and citations: of everything that a plan uses, and of nothing that it trains."""

from pathlib import Path

from mtdsl.plan import compile, fingerprint
from mtdsl.plan.model import Note

RECIPE = """\
## the first
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)  ## a small one
tokenizer = bpe(vocab = 512)
data web { tokens = 35B, cite = ["a", "b"], conflict = ["35.2B in c"] }
let paper = "arXiv:2406.17557"
mix all {
    web = 100%  ## alone
}
phase one { steps = 4, batch = 4 x 1k, context = 1k, mix = all, cite = paper
    lr = 2e-4  ## of table 3
}
phase two like one { steps = 2 }
## the rate begins anew
transition one -> two { lr = restart }
flow one -> two
"""


def planned(folder: Path, text: str):
    (folder / "toy.mtr").write_text(text)
    plan, diagnostics = compile(folder / "toy.mtr")
    assert plan is not None, diagnostics
    return plan


def test_notes_of_all_that_the_plan_uses(tmp_path):
    paper = ("arXiv:2406.17557",)
    assert set(planned(tmp_path, RECIPE).notes) == {
        Note("", "", "the first"),
        Note("", "model", "a small one"),
        Note("web", "", "", ("a", "b"), ("35.2B in c",)),
        Note("all", "web", "alone"),
        Note("one", "", "", paper),
        Note("one", "lr", "of table 3"),
        Note("two", "", "", paper),
        Note("two", "lr", "of table 3"),
        Note("two", "transition", "the rate begins anew"),
    }


def test_they_change_no_training(tmp_path):
    said, other = planned(tmp_path, RECIPE), planned(tmp_path, RECIPE.replace("table 3", "table 4"))
    assert said.notes != other.notes
    assert fingerprint(said) == fingerprint(other)
