"""Characters of a recipe that would move a cursor, hide text or break a picture."""

import xml.etree.ElementTree as ET

import pytest
from rich.text import Text

from mtdsl.plan import analyse
from mtdsl.registry import installed
from mtdsl.view import page, show, svg, text

RECIPE = """\
recipe toy "a \x1b[31mred\x1b]0;owned\x07 \x08title\x9b2J"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a { tokens = 1B, cite = "a \x1b[8mpaper" }
## why\x1b[2J not
phase p { tokens = 1M, batch = 4 x 1k, context = 1k, lr = 2e-4 -> 0, mix = a }
check p.tokens > 5 "always\x1b[1A"
"""


@pytest.fixture
def found(tmp_path):
    (tmp_path / "toy.mtr").write_text(RECIPE)
    made = analyse(tmp_path / "toy.mtr")
    assert made.plan is not None, made.diagnostics
    return made


@pytest.mark.parametrize("color", [False, True])
def test_a_terminal_is_given_nothing_of_a_recipe_but_its_text(found, color):
    options = {"width": 100, "color": color}
    nodes = [*found.plan.phases, *found.plan.sources]
    for drawn in (text.render(found.plan, installed(), **options), show.render(found.plan, nodes, found.origins, **options)):
        assert not set("\x07\x08\x9b") & set(drawn)
        assert all(hidden not in drawn for hidden in ("\x1b[31mred", "\x1b[2J", "\x1b[8m", "\x1b]0", "\x1b[1A"))
        assert ("\x1b" in drawn) == color
        assert "why\N{REPLACEMENT CHARACTER}[2J not" in drawn


def test_a_picture_is_xml_whatever_a_title_holds(found):
    drawn = svg.render(found.plan, installed())
    title = ET.fromstring(drawn).find("{http://www.w3.org/2000/svg}title")
    assert title.text.startswith("toy: a \N{REPLACEMENT CHARACTER}[31mred")


def test_lines_and_styles_stay():
    drawn = page.drawn([Text("one\ntwo\x1b", style="bold")], width=20, color=True)
    assert drawn == "\x1b[1mone\x1b[0m\n\x1b[1mtwo\N{REPLACEMENT CHARACTER}\x1b[0m\n"
