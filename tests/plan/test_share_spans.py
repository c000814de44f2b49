import pytest

from mtdsl.plan import analyse

RECIPE = """\
recipe r
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
use "more.mtr" as lib
data a = text(path = "a.txt")
data b = text(path = "b.txt")
data c = text(path = "c.txt")
let blend = 90% * two + 10% * c
mix two { a = 30%, b = 70% }
mix three { two = 40%, c = 60% }
mix ruled = two by temperature(tau = 2)
context = 1k
batch = 1 x 1k
lr = 1e-3
phase p { steps = 5, mix = PLACE }
"""


@pytest.mark.parametrize(
    ("mix", "source", "text"),
    [
        ("two", "a", "30%"),
        ("three", "c", "60%"),
        ("three", "b", "70%"),
        ("blend", "c", "10% * c"),
        ("blend", "a", "30%"),
        ("three with { c = 20% }", "c", "20%"),
        ("three with { c = 20% }", "a", "30%"),
        ("three with { c = 0%, a = 50% }", "c", "0%"),
        ("natural(a, c)", "c", "c"),
        ("ruled", "b", "70%"),
        ("50% * natural(a, b) + 50% * c", "b", "b"),
        ("a", "a", "a"),
        ("lib.far", "d", "25%"),
        ("[two over 50%, c]", "a", "30%"),
        ("two -> three over 50%", "c", "60%"),
        ("75% * a(doc.length >= 1k) + 25% * a(doc.length < 1k)", "a(doc.length >= 1024)", "75% * a(doc.length >= 1k)"),
        ("75% * a(doc.length >= 1k) + 25% * a(doc.length < 1k)", "a(doc.length < 1024)", "25% * a(doc.length < 1k)"),
        ("two", "a(doc.length >= 1024)", "30%"),
        ("two", "c", "two"),
    ],
)
def test_the_share_is_found(tmp_path, mix, source, text):
    (tmp_path / "r.mtr").write_text(RECIPE.replace("PLACE", mix))
    (tmp_path / "more.mtr").write_text(
        'data d = text(path = "d.txt")\ndata e = text(path = "e.txt")\nmix far { d = 25%, e = 75% }\n'
    )
    found = analyse(tmp_path / "r.mtr")
    assert found.plan is not None, found.diagnostics
    assert found.origins.of("p", f"mix.{source}").span.text == text


def test_what_no_text_names_has_no_share(tmp_path):
    (tmp_path / "r.mtr").write_text(RECIPE.replace("PLACE", "two").replace('use "more.mtr" as lib\n', ""))
    assert analyse(tmp_path / "r.mtr").origins.shares("p", "c") is None
    assert analyse(tmp_path / "r.mtr").origins.shares("nobody", "a") is None
