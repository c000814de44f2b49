"""What a `data` item says of its documents, and parts of a source by their documents' lengths."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from mtdsl.plan import fingerprint, from_json, to_json
from mtdsl.plan.views import condition, known, shown

REST = "steps = 4, batch = 1 x 256, context = 256, lr = 1e-3"
LOW = "doc.length >= 4096 and doc.length < 8192"
BOOKS = (
    'data x { source = hub(name = "acme/books"), split = "validation", column = "body", repeat = 2\n'
    "order = given, loss_mask = prompt, length_bucket = [4k, 64k], documents = 10, tokens = 3B, max_epochs = 4 }\n"
)


def sources(plan, mix, more=""):
    return {source.name: source for source in plan(f"{more}phase p {{ {REST}, mix = {mix} }}\n").sources}


def test_everything_a_source_says(plan):
    made = plan(f"{BOOKS}phase p {{ {REST}, mix = x }}\n")
    source = made.sources[0]
    assert (source.source.params["split"], source.source.params["column"]) == ("validation", "body")
    assert (source.repeat, source.order, source.loss_mask, source.max_epochs) == (2, "given", "prompt", 4)
    assert known(source.where) == ((4096, 65536),)
    assert from_json(json.loads(json.dumps(to_json(made)))) == made


def test_a_copy_says_what_it_says_otherwise(plan):
    copy = 'data y like x { split = "test", length_bucket = [64k], order = none, max_epochs = none, repeat = none }\n'
    source = sources(plan, "y", BOOKS + copy)["y"]
    assert (source.source.params["split"], source.source.params["column"]) == ("test", "body")
    assert (source.order, source.max_epochs, source.repeat, source.loss_mask) == ("shuffled", None, 1, "prompt")
    assert known(source.where) == ((65536, None),)


def test_names_in_a_copied_source_are_looked_up_where_it_was_written(plan):
    files = {"lib.mtr": 'let where = "far.txt"\ndata far = text(path = where)\n'}
    made = plan(f'use "lib.mtr" (far)\ndata near like far {{ tokens = 1M }}\nphase p {{ {REST}, mix = near }}\n', files=files)
    assert made.sources[0].source.params["path"] == "far.txt"


@pytest.mark.parametrize(
    ("test", "name"),
    [
        ("doc.length >= 64k", "doc.length >= 65536"),
        ("64k <= doc.length", "doc.length >= 65536"),
        ("doc.length > 65_535", "doc.length >= 65536"),
        ("not doc.length < 2 * 32k", "doc.length >= 65536"),
        ("doc.length >= 64k and doc.length >= 4k", "doc.length >= 65536"),
        ("doc.length >= 64k or doc.length >= 80k", "doc.length >= 65536"),
        ("doc.length <= 100 or doc.length < 50", "doc.length < 101"),
        ("doc.length >= 4k and doc.length < 8k", "doc.length >= 4096 and doc.length < 8192"),
        ("doc.length == 7", "doc.length >= 7 and doc.length < 8"),
        ("doc.length != 7", "doc.length < 7 or doc.length >= 8"),
        ("doc.length < 8k and 4k <= doc.length or doc.length >= 1Mi", f"{LOW} or doc.length >= 1048576"),
    ],
)  # fmt: skip
def test_two_ways_to_write_a_part_are_one_source(plan, test, name):
    found = sources(plan, f"75% * a({test}) + 25% * a")
    assert list(found) == ["a", f"a({name})"]
    part = found[f"a({name})"]
    assert (part.of, part.tokens.value, part.source) == ("a", None, found["a"].source)
    assert shown(known(part.where)) == name
    assert condition(known(part.where)) == part.where


def test_every_document_is_the_source_itself(plan):
    assert list(sources(plan, "a(doc.length >= 0 or doc.length < 4k)")) == ["a"]


def test_a_part_of_a_part(plan):
    found = sources(plan, "x(doc.length >= 32k)", BOOKS)
    assert shown(known(found["x(doc.length >= 32768)"].where)) == "doc.length >= 32768 and doc.length < 65536"


def test_parts_by_rung(plan):
    made = plan(
        "phase rung for length in 512 -> 1k {\n"
        "steps = 4, batch = 4Ki tokens, context = -> length by rope(theta = 1M), lr = 1e-3\n"
        "mix = 75% * a(doc.length >= length) + 25% * natural(a(doc.length < length), b)\n}\n"
        f"phase s {{ {REST}, mix = a }}\nflow s -> rung\n"
    )
    last = made.phases[-1].mix.pieces[0].stop
    assert last.shares == {"a(doc.length >= 1024)": Fraction(3, 4)}
    assert list(last.rules[0].sources) == ["a(doc.length < 1024)", "b"]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("mix = a(doc.length < 0)", "view-empty"),
        ("mix = a(doc.length < 4k and doc.length > 8k)", "view-empty"),
        ("mix = a(doc.lang == 3)", "unknown-name"),
        ("mix = a(doc.length)", "not-a-test"),
        ("mix = a(doc.length >= 30%)", "unit-mismatch"),
        ("mix = a(doc.length >= doc.length)", "not-a-test"),
        ("mix = a(4k, 8k)", "not-a-mix"),
        ("mix = m(doc.length > 4k)", "not-a-mix"),
    ],
)
def test_what_is_no_part_is_named(wrong, text, id):
    assert wrong(f"mix m = a\nphase p {{ {REST}, {text} }}\n").id == id


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("length_bucket = [64k, 4k]", "view-empty"),
        ("length_bucket = 4k", "not-a-list"),
        ("order = sorted", "unknown-word"),
        ("order = ascending", "not-a-call"),
        ("order = ascending(quality)", "not-a-call"),
        ("order = ascending(doc.quality)", "not-a-call"),
        ("order = ascending(\"a\", \"b\")", "not-a-call"),
        ("order = shuffled(\"a\")", "unknown-word"),
        ("loss_mask = answer", "unknown-word"),
        ("repeat = 0", "unit-mismatch"),
        ("holdout = 100%", "unit-mismatch"),
        ("tokens = 1B -> 2B", "not-a-number"),
        ("tokens = 3 steps", "unit-mismatch"),
        ("split = train", "plugin-argument"),
        ("split = \"a\"", "plugin-argument"),
        ("colum = \"a\"", "unknown-key"),
    ],
)  # fmt: skip
def test_what_a_source_cannot_be_is_named(wrong, text, id):
    found = wrong(f'data x {{ source = jsonl(path = "x.jsonl"), {text} }}\nphase p {{ {REST}, mix = x }}\n')
    assert found.id == id


def test_a_column_of_nothing(wrong):
    assert wrong(f'data x {{ column = "a" }}\nphase p {{ {REST}, mix = x }}\n').id == "missing-attribute"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "100% * a + 0% * b"),
        ("50% * a + 50% * b", "25% * a + 50% * b + 25% * a"),
        ("50% * natural(a, b) + 50% * natural(a, b)", "natural(a, b)"),
        ("[a until 2 steps, a]", "a"),
        ("a -> a over 50%", "a"),
        ("[a -> b over 50%, b]", "a -> b over 50%"),
        ("m with { b = 0% }", "a"),
    ],
)
def test_equal_mixtures_written_differently_are_one_plan(plan, one, other):
    prints = [fingerprint(plan(f"mix m {{ a = 1, b = 1 }}\nphase p {{ {REST}, mix = {mix} }}\n")) for mix in (one, other)]
    assert prints[0] == prints[1]


def test_a_source_with_a_share_of_nothing_is_not_needed(plan):
    assert list(sources(plan, "100% * a + 0% * b")) == ["a"]


@pytest.mark.parametrize(
    ("data", "id"),
    [
        ("data x like z { tokens = 1B }", "unknown-name"),
        ("data x { source = text -> jsonl }", "not-a-call"),
        ("data x { when loss < 2 { tokens = 1B } }", "unknown-key"),
    ],
)
def test_what_declares_no_source_is_named(wrong, data, id):
    assert wrong(f"{data}\nphase p {{ {REST}, mix = x }}\n").id == id


FILTERED = """
data x {{ source = text(path = "x.txt"), tokens = 1M, documents = 10, {said} }}
phase p {{ epochs = 2, batch = 4 x 256, context = 256, lr = 1e-3, mix = x }}
"""


@pytest.mark.parametrize("said", ["filter = repetition", 'decontaminate = "evals.txt"'])
def test_what_filters_leave_is_at_most_what_there_is(plan, said):
    made = plan(FILTERED.format(said=said))
    source, phase = made.sources[0], made.phases[0]
    assert [(known.value, known.certainty) for known in (source.tokens, source.documents)] == [
        (10**6, "bounded"),
        (10, "bounded"),
    ]
    assert (phase.tokens, phase.certainty) == (1954 * 1024, "bounded")
    assert plan(FILTERED.format(said='template = "chatml"')).phases[0].certainty == "declared"


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ('ascending("quality")', ("ascending", "quality")),
        ("descending(doc.length)", ("descending", "doc.length")),
        ("by_length\nlet by_length = ascending(doc.length)", ("ascending", "doc.length")),
        ("given", ("given", "")),
    ],
)
def test_the_order_of_documents(plan, said, order):
    head, _, more = said.partition("\n")
    made = plan(f'data x {{ source = jsonl(path = "x.jsonl"), order = {head} }}\n{more}\nphase p {{ {REST}, mix = x }}\n')
    (source,) = (one for one in made.sources if one.name == "x")
    assert (source.order, source.order_by) == order
    assert from_json(to_json(made)) == made


def test_text_has_no_columns_to_sort_by(plan, wrong):
    source = 'data x {{ source = text(path = "x.txt"), order = ascending({}) }}\n'
    assert wrong(f"{source.format(chr(34) + 'quality' + chr(34))}phase p {{ {REST}, mix = x }}\n").id == "order-key"
    assert plan(f"{source.format('doc.length')}phase p {{ {REST}, mix = x }}\n").sources


def test_filters_are_in_the_order_that_is_written(plan):
    made = plan("let strict = repetition(times = 4)\n" + FILTERED.format(said="filter = [strict, repetition]"))
    assert [one.params["times"] for one in made.sources[0].filters] == [4, 32]
    assert [(used.kind, used.name) for used in made.plugins if used.kind == "filter"] == [("filter", "repetition")]


def test_a_source_like_a_filtered_one_is_filtered_unless_it_says_none(plan):
    more = "data y like x { filter = none }\nphase q { steps = 1, batch = 4 x 256, lr = 1e-3, mix = y }\nflow p -> q\n"
    x, y = plan(FILTERED.format(said="filter = repetition") + more).sources
    assert (len(x.filters), y.filters, y.tokens.certainty) == (1, (), "declared")


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ("filter = []", "empty-list"),
        ("filter = 3", "not-a-call"),
        ("filter = jsonl", "unknown-plugin"),
        ("filter = repetition(times = 1)", "plugin-argument"),
        ("filter = [repetition -> repetition]", "not-a-call"),
        ("template = chatml", "unit-mismatch"),
        ("decontaminate = [evals]", "unit-mismatch"),
        ("decontaminate = []", "empty-list"),
    ],
)
def test_what_is_no_filter_no_template_and_no_file(wrong, said, id):
    assert wrong(FILTERED.format(said=said)).id == id


def test_a_part_outside_of_its_sources_bucket_is_empty(wrong, plan):
    text = 'data d {{ source = text(path = "d"), length_bucket = [1k, 16k] }}\n'
    text += "phase p {{ {rest}, mix = d(doc.length >= {least}) }}\n"
    found = wrong(text.format(rest=REST, least="32k"))
    assert (found.id, found.labels[0].span.text) == ("view-empty", "d")
    assert plan(text.format(rest=REST, least="8k"))


def test_a_check_of_a_source_beside_another_mistake_is_silent(wrong):
    assert wrong(f"phase p {{ {REST}, mix = a, packing = bestfit }}\ncheck a.tokens > 5\n").id == "unknown-plugin"


@pytest.mark.parametrize(
    ("body", "id"), [("tokens = 20B, max_epoch = 3", "unknown-key"), ("source = jsonlines(path = 3)", "unknown-plugin")]
)
def test_a_source_that_nothing_reads_is_read_all_the_same(wrong, body, id):
    assert wrong(f"data idle {{ {body} }}\nphase p {{ {REST}, mix = a }}\n").id == id


def test_a_source_that_nothing_reads_leaves_no_trace(plan):
    phase = f"phase p {{ {REST}, mix = a }}\n"
    assert plan(f'data idle = parquet(path = "x")\n{phase}') == plan(phase)
