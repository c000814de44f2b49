import random
from pathlib import Path

import pytest
from fuzzing import spans
from lark import UnexpectedInput

from mtdsl.diag import Report, Source
from mtdsl.lang import grammar, parse
from mtdsl.lang.automaton import Rule
from mtdsl.lang.build import RULES
from mtdsl.lang.comments import Comments
from mtdsl.lang.engine import engine
from mtdsl.lang.place import Place
from mtdsl.lang.reductions import Reduction
from mtdsl.lang.tree import Attribute, Call, Phase, Setting


def test_grammar_has_no_conflict_and_no_colliding_terminals(chain):
    # Lark's own contextual lexer stands in for ours here: it is the one that strict mode knows how to prove.
    pytest.importorskip("interegular")
    strict = grammar.build(grammar.text(), strict=True)
    strict.parse(chain.read_text(), start="start")


def test_chains_parse(chain):
    text = chain.read_text()
    file, found = parse(Source(str(chain), text))
    assert found == ()
    assert len(file.items) == sum(line[:1].isalpha() for line in text.splitlines())


WORDS = sorted(grammar.keywords() | {"tokens", "steps", "epochs"})


@pytest.mark.parametrize("word", WORDS)
def test_keywords_are_keys(word, item, items):
    for text in (f"phase a {{ {word} = 1 }}", f"phase a {{\n    b = c,\n    {word} = 1\n}}"):
        body = item(text).body
        assert [entry.name for entry in body.entries][-1] == word
        assert body.entries[-1].name_span.text == word
    *_, last = items(f"b = c\n{word} = 1\n")
    assert isinstance(last, Setting)
    assert last.attribute.name == word


@pytest.mark.parametrize("word", sorted(grammar.keywords() - {"not"}))
def test_keywords_are_argument_names_and_references(word, item):
    # `schedule mix over ...` and shares of a source that is called `data` read the same way.
    value = item(f"phase a {{ b = f({word} = {word}) }}").body.entries[0].value
    assert isinstance(value, Call)
    assert value.named[0].name == word


@pytest.mark.parametrize("word", sorted(grammar.reserved()))
@pytest.mark.parametrize(
    "text", ["phase {} {{}}", "let {} = 1", "mix {} = a", 'use "a.mtr" as {}', "phase a for {} in [1] {{}}"]
)
def test_keywords_are_not_names(word, text):
    file, found = parse(Source("t.mtr", text.format(word)))
    assert [diagnostic.id for diagnostic in found] == ["keyword-as-name"]
    assert found[0].labels[0].span.text == word
    assert len(file.items) == 1


def test_x_is_a_name(items):
    declared, used = items("data x { tokens = 35B }\nlet y = 3 x x")
    assert declared.name == "x"
    assert used.value.right.parts == ("x",)


def test_reserved_words_come_from_the_grammar():
    assert {"phase", "over", "by", "when", "in", "or"} <= grammar.reserved()
    assert grammar.keywords() - grammar.reserved() == {"x", "python"}


def test_wheel_has_the_grammar_inside_the_package(tmp_path, monkeypatch):
    inside = tmp_path / "mtr.lark"
    inside.write_text("start: NAME")
    monkeypatch.setattr(grammar, "_PLACES", (inside, Path("nowhere")))
    assert grammar.text() == "start: NAME"


def test_every_rule_builds_a_value_or_passes_one_on():
    reductions = [Reduction(Rule(*rule)) for rule in grammar.automaton().rules]  # one that nothing builds is a KeyError
    assert any(reduction.passes for reduction in reductions)
    rules = grammar.build(grammar.text()).rules
    built = {rule.alias or rule.origin.name for rule, made in zip(rules, reductions, strict=True) if not made.passes}
    assert {name for name in built if not name.startswith("_")} == set(RULES)


def test_the_engine_takes_what_larks_own_loop_takes(chain):
    # The engine is the faster of two readers of one grammar: with any one token gone, both refuse or both accept.
    text = chain.read_text()
    for begin, end in random.Random(5).sample(spans(text), k=12):
        source = Source("t.mtr", text[:begin] + text[end:])
        value = engine().read(Place(source, 0, Comments(source), Report()), len(source.text), "start")
        try:
            grammar.parser().parse(source.text, start="start")
            accepted = True
        except UnexpectedInput:
            accepted = False
        assert accepted == (value is not None), source.text[begin - 40 : begin + 40]


def test_keyword_ends_with_its_word(item):
    phase = item("phase a { lr = 1 -> 0 by linear\n overlap = 3, bypass = 4 }")
    assert isinstance(phase, Phase)
    assert [entry.name for entry in phase.body.entries if isinstance(entry, Attribute)] == ["lr", "overlap", "bypass"]
    assert parse(Source("t.mtr", "phase a { lr = 2e-4 overall }"))[1] != ()
