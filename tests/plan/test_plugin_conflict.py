from mtdsl.plan import compile
from mtdsl.registry import Entry, Registry, installed

RECIPE = """
recipe toy "A toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 300)
data a = text(path = "a.txt")
phase p { steps = 2, batch = 2 x 32, context = 32, lr = 1e-3 -> 0 by linear, mix = a }
"""


def test_two_packages_of_one_name_are_both_named(tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    known = dict(installed().entries)
    (own,) = known["scheduler", "linear"]
    known["scheduler", "linear"] = (own, Entry(own.descriptor, "acme", "1.0"))
    plan, found = compile(tmp_path / "toy.mtr", {}, Registry(known))
    assert plan is None
    (wrong,) = [one for one in found if one.severity == "error"]
    assert (wrong.id, wrong.labels[0].span.text) == ("plugin-conflict", "linear")
    assert "`mtdsl` and `acme` both provide the scheduler `linear`" in wrong.message
