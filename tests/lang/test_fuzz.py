"""Texts that nobody wrote: sentences of the grammar, and recipes with a token more or less. Nothing makes anything raise.

The sampled versions run always; what is marked slow takes every token of every recipe (`pytest -m slow tests/lang`).
"""

import random
from pathlib import Path

import pytest
from fuzzing import RECIPES, checked, completed, doubled, failure, mutant, spans, stays, without
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from mtdsl.diag import Source, concise, machine, text
from mtdsl.lang import grammar, parse
from mtdsl.lang.scanner import CONTINUES

_SIGNS = {"ARROW", "PLUS", "MINUS", "STAR", "SLASH", "COMPARE", "EQUAL"}
_NAMES = st.sampled_from(["a ", "trunk ", "lr ", "web_1 "])
FOUND = sorted((Path(__file__).parent / "found").glob("*.mtr"))


def _terminals():
    """Words with spaces around them, since a sentence of the grammar is its tokens glued together."""
    words = {name.upper(): st.just(f" {name} ") for name in grammar.keywords()}
    return words | {
        "NAME": _NAMES,
        "NUMBER": st.sampled_from(["0", "2e-4", "1.5M", "10%", "32k", "16Mi"]),
        "UNIT": st.sampled_from([" tokens ", " steps ", " epochs "]),
        "STRING": st.sampled_from(['"a"', '"# {"', '"\\""']),
        "PACKAGE": st.sampled_from(["acme-power ", "b "]),
        "VERSION": st.just("0.2"),
        "ARROW": st.just(" -> "),
        "COMPARE": st.sampled_from([" >= ", " < "]),
        "_NL": st.sampled_from(["\n", "\n\n   ", " # c\n"]),
        "COMMENT": st.just(""),
        "__IGNORE_1": st.just(" "),
    }


SENTENCES = from_lark(grammar.build(grammar.text()), start="start", explicit=_terminals())
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
LONG = settings(QUICK, max_examples=10_000)


def read(written):
    source = Source("fuzz.mtr", written)
    file, found = parse(source)
    text.render(found, color=True)
    concise.render(found)
    machine.render(found)
    assert all(0 <= label.span.start <= label.span.end <= len(written) for one in found for label in one.labels)
    return file, found


def sentence_stays(sentence, folder):
    _, found = read(sentence)
    # Reserved words cannot be drawn as names; these are the rules of arguments that the grammar does not hold.
    assert {one.id for one in found} <= {"argument-order", "declared-twice"}
    stays(sentence)
    checked(sentence, folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@QUICK
@given(SENTENCES)
def test_sentences_of_the_grammar_parse_are_laid_out_and_planned(folder, sentence):
    sentence_stays(sentence, folder)


@pytest.mark.slow
@LONG
@given(SENTENCES)
def test_many_sentences_of_the_grammar(folder, sentence):
    sentence_stays(sentence, folder)


@QUICK
@given(st.text(alphabet='ab1 \n\t\r\0{}[]()->=+*/%,.#"\\x:é' + "\u0301漢", max_size=60))
def test_nothing_raises(written):
    read(written)


def test_deleting_any_one_token_gives_few_diagnostics(chain):
    written = chain.read_text()
    for token in random.Random(0).sample(spans(written), k=25):
        _, found = read(without(written, token))
        assert len(found) <= 3, concise.render(found)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_a_token_less_or_more_gives_a_plan_or_a_diagnostic(recipe, folder):
    written, chance = recipe.read_text(), random.Random(1)
    for token in chance.sample(spans(written), k=6):
        checked(without(written, token), folder)
        checked(doubled(written, token), folder)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_any_token_less_or_more_gives_a_plan_or_a_diagnostic(recipe, folder):
    for written in (recipe.read_text(), completed(recipe.read_text(), folder)):
        for token in spans(written):
            checked(without(written, token), folder)
            checked(doubled(written, token), folder)


def test_the_same_seed_changes_a_recipe_in_the_same_way(chain):
    made = [mutant(chain.read_text(), ["0"], ["a = 1"], random.Random(7)) for _ in range(2)]
    assert made[0] == made[1] != chain.read_text()


@pytest.mark.parametrize("recipe", FOUND, ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(recipe, folder):
    assert failure(recipe.read_text(), folder) == ""


def test_continuing_tokens_are_terminals():
    names = {terminal.name for terminal in grammar.parser().terminals}
    assert names >= CONTINUES | _SIGNS


def test_tokens_of_the_fuzzer_are_those_of_a_recipe():
    written = 'lr = 2e-4 -> 0 # c\nmix = "a b"'
    assert [written[begin:end] for begin, end in spans(written)] == ["lr", "=", "2e-4", "->", "0", "\n", "mix", "=", '"a b"']
