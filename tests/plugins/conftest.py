from __future__ import annotations

from textwrap import dedent

import pytest

from mtdsl.plan import compile

HEAD = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a { tokens = 1T, documents = 1B }
data b { tokens = 1T, documents = 1B }
"""


@pytest.fixture
def said(tmp_path):
    """What one lint (or check) says of a recipe after the usual head."""

    def work(id, body):
        (tmp_path / "toy.mtr").write_text(HEAD + dedent(body))
        made, diagnostics = compile(tmp_path / "toy.mtr")
        assert made is not None or id in {one.id for one in diagnostics if one.severity == "error"}, diagnostics
        return [one for one in diagnostics if one.id == id]

    return work


@pytest.fixture
def planned(tmp_path):
    """The plan of a recipe after the usual head."""

    def work(body):
        (tmp_path / "toy.mtr").write_text(HEAD + dedent(body))
        made, diagnostics = compile(tmp_path / "toy.mtr")
        assert made is not None, diagnostics
        return made

    return work
