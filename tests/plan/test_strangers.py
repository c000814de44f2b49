"""Techniques of other packages that raise what nobody expects while a recipe is planned."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from mtdsl.plan import compile
from mtdsl.registry import Entry, Evaluator, Gate, Merger, Registry, installed
from mtdsl.registry.strangers import Failed, ask

HEAD = """\
recipe r
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a = text(path = "a")
context = 256
batch = 1 x 256
mix = a
phase p { steps = 100, lr = 1e-3 }
"""


@dataclass(frozen=True)
class Odd:
    """A merger, a gate and an evaluator whose every answer is an accident."""

    unit = "number"

    def checkpoints(self, tokens, step_tokens):
        raise KeyError("no")

    def metrics(self):
        raise KeyError("no")

    def sources(self):
        raise KeyError("no")


@dataclass(frozen=True)
class Picky:
    """A merger that says itself what it cannot do."""

    def checkpoints(self, tokens, step_tokens):
        raise ValueError("a window of at least two checkpoints is needed")


@dataclass(frozen=True)
class Given:
    """A merger that declares what it is told to."""

    kind: str = "text"

    def checkpoints(self, tokens, step_tokens):
        pairs = {"zero": [(tokens, 0)], "nan": [(float("nan"), 1)], "negative": [(1, -1), (tokens, 2)], "one": [tokens]}
        return {"text": "abc", "truths": [("a", True)], **pairs}[self.kind]


@pytest.fixture
def mistakes(tmp_path):
    def work(text):
        odd = [Merger("odd", f"{__name__}:Odd"), Gate("odd", f"{__name__}:Odd"), Evaluator("odd", f"{__name__}:Odd")]
        odd += [Merger("given", f"{__name__}:Given")]
        more = {(one.kind, one.name): (Entry(one, "acme", "1.0"),) for one in (*odd, Merger("picky", f"{__name__}:Picky"))}
        (tmp_path / "r.mtr").write_text(HEAD + text)
        found = compile(tmp_path / "r.mtr", {}, Registry({**installed().entries, **more}))[1]
        return [(one.id, one.message, one.labels[0].span.text) for one in found if one.severity == "error"]

    return work


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        ("merge m = odd(p)\nflow p -> m\n", "merger", "odd(p)"),
        ("eval e = odd()\nflow p\n", "evaluator", "odd()"),
        ("phase q { steps = 9, lr = 1e-3, stop = odd() }\nflow p -> q\n", "gate", "odd()"),
    ],
)
def test_the_technique_that_fails_is_named_where_it_is_written(mistakes, text, kind, where):
    assert mistakes(text) == [("plugin-failed", f"the {kind} `odd` failed: KeyError('no')", where)]


def test_what_a_technique_says_itself_is_passed_on(mistakes):
    said = ("plugin-argument", "`picky`: a window of at least two checkpoints is needed", "picky(p)")
    assert mistakes("merge m = picky(p)\nflow p -> m\n") == [said]


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "['a', 'b', 'c']"),
        ("truths", "[('a', True)]"),
        ("zero", "[(25600, 0)]"),
        ("nan", "[(nan, 1)]"),
        ("negative", "[(1, -1), (25600, 2)]"),
        ("one", "[25600]"),
    ],
)
def test_what_a_merger_declares_is_tokens_and_weights(mistakes, kind, given):
    said = f"the merger `given` gives {given} where tokens and weights of checkpoints are needed"
    call = f'given(p, kind = "{kind}")'
    assert mistakes(f"merge m = {call}\nflow p -> m\n") == [("plugin-failed", said, call)]


def test_only_errors_and_ends_are_caught():
    with pytest.raises(Failed, match="ZeroDivisionError"):
        ask(lambda: 1 / 0)
    with pytest.raises(Failed, match="SystemExit"):
        ask(lambda: sys.exit(3))
    with pytest.raises(KeyboardInterrupt):
        ask(_interrupted)


def _interrupted():
    raise KeyboardInterrupt
