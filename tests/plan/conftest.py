from __future__ import annotations

from textwrap import dedent

import pytest

from mtdsl.plan import compile

HEAD = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a = text(path = "a.txt")
data b = text(path = "b.txt")
data c = text(path = "c.txt")
"""
PHASE = "batch = 1 x 256, context = 256, lr = 1e-3, mix = a"


@pytest.fixture
def found(tmp_path):
    """Compiles a recipe after the usual head; gives the plan (or None) and its diagnostics."""

    def work(body, *, head=HEAD, sets=None, files=()):
        for name, text in dict(files).items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(dedent(text))
        (tmp_path / "toy.mtr").write_text(head + dedent(body))
        return compile(tmp_path / "toy.mtr", sets or {})

    return work


@pytest.fixture
def plan(found):
    """Compiles a recipe that must be right."""

    def work(body, **options):
        made, diagnostics = found(body, **options)
        assert made is not None, [(one.id, one.message) for one in diagnostics]
        return made

    return work


@pytest.fixture
def wrong(found):
    """Compiles a recipe that must be wrong in exactly one way; gives that diagnostic."""

    def work(body, **options):
        made, diagnostics = found(body, **options)
        errors = [one for one in diagnostics if one.severity == "error"]
        assert made is None
        assert len(errors) == 1, [(one.id, one.message) for one in diagnostics]
        return errors[0]

    return work
