"""Texts that nobody wrote: sentences of the grammar parse, and nothing at all makes the parser raise."""

import random
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark

from mtdsl.diag import Source, concise, machine, text
from mtdsl.lang import grammar, parse
from mtdsl.lang.newlines import CONTINUES

_SIGNS = {"ARROW", "PLUS", "MINUS", "STAR", "SLASH", "COMPARE", "EQUAL"}
_NAMES = st.sampled_from(["a ", "trunk ", "lr ", "web_1 "])


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


def read(written):
    source = Source("fuzz.mtr", written)
    file, found = parse(source)
    text.render(found, color=True)
    concise.render(found)
    machine.render(found)
    assert all(0 <= label.span.start <= label.span.end <= len(written) for one in found for label in one.labels)
    return file, found


@QUICK
@given(SENTENCES)
def test_sentences_of_the_grammar_parse(sentence):
    _, found = read(sentence)
    # Reserved words cannot be drawn as names; order of arguments is the one rule that the grammar does not hold.
    assert {one.id for one in found} <= {"argument-order"}


@QUICK
@given(st.text(alphabet='ab1 \n\t\r\0{}[]()->=+*/%,.#"\\x:é' + "\u0301漢", max_size=60))
def test_nothing_raises(written):
    read(written)


def test_deleting_any_one_token_raises_nothing(chain):
    written = chain.read_text()
    tokens = list(re.finditer(r'"[^"\n]*"|[\w.%]+|->|[^\s\w]|\n', written))
    for token in random.Random(0).sample(tokens, k=25):
        _, found = read(written[: token.start()] + written[token.end() :])
        assert len(found) <= 3, concise.render(found)


def test_doubling_any_one_token_raises_nothing(chain):
    written = chain.read_text()
    tokens = list(re.finditer(r'"[^"\n]*"|[\w.%]+|->|[^\s\w]|\n', written))
    for token in random.Random(1).sample(tokens, k=15):
        read(written[: token.end()] + token[0] + written[token.end() :])


def test_continuing_tokens_are_terminals():
    names = {terminal.name for terminal in grammar.parser().terminals}
    assert names >= CONTINUES | _SIGNS
