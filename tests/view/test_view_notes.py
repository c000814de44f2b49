"""Docs, citations and conflicts, beside the value that they are about and in the table that ends a plan."""

from mtdsl.plan import analyse
from mtdsl.registry import installed
from mtdsl.view import flat, show, text

RECIPE = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data web { tokens = 35B, cite = "table 1", conflict = "35.2B in the card" }
group slow { match = "*.embed_tokens.*", lr = 10%, conflict = ["20% in the paper"] }
groups = slow
phase one { steps = 4, batch = 4 x 1k, context = 1k, mix = web, lr = 2e-4 -> 0, conflict = "the paper says 1.5M" }
"""


def test_a_conflict_stands_beside_what_is_cited_and_is_marked(tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    found = analyse(tmp_path / "toy.mtr")
    page = text.render(found.plan, installed(), 120, color=False)
    assert "table 1; conflict: 35.2B in the card" in page
    assert "conflict: 20% in the paper" in page
    (one,) = flat.found(found.plan, "one")
    shown = show.render(found.plan, [one], found.origins, width=120, color=False)
    assert "\nconflict: the paper says 1.5M\n" in shown
    (row,) = [row for row in flat.rows(one, found.origins, found.plan.notes) if row.attribute == "groups"]
    assert row.value == "slow (*.embed_tokens.*) at 10% of the rate"
