"""Documents that are read by a key: in which order, what of those without one, and that nothing else changes."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from datakit import blend, corpus, phase, plan, source, table, trained
from hypothesis import given
from hypothesis import strategies as st
from mtdsl_packers.best_fit import BestFit

from mtdsl.data import Corpus, Feed, prepare
from mtdsl.data.order import START, Order
from mtdsl.data.packing import Supply
from mtdsl.diag import Refusal
from mtdsl.plan.model import Plugin, Source
from mtdsl.registry import installed

WORDS = ["".join(random.Random(at).choices("abcdefg", k=5)) for at in range(50)]
QUALITY = [round(random.Random(at).random(), 2) for at in range(120)]


def documents(order: Order, epoch: int) -> list[int]:
    return [order.document(epoch, rank)[0] for rank in range(order.table.trained)]


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=60), st.integers(0, 3), st.integers(0, 9))
def test_an_epoch_has_each_document_once_by_its_key(keys: list[int], epoch: int, seed: int) -> None:
    plain = table([5] * len(keys), held=1)
    found = documents(Order(replace(plain, keys=np.array(keys, np.float64)), seed), epoch)
    assert sorted(found) == trained(plain)
    assert [keys[document] for document in found] == sorted(keys[document] for document in found)


@pytest.mark.parametrize("values", [1, 2, 7, 2000, 10**6])
def test_a_document_is_found_wherever_one_begins_to_ask(values: int) -> None:
    """Ties that go over the border of what is looked up at a time, and orders that are asked from the end."""
    keys = np.random.default_rng(values).integers(0, values, 3000).astype(np.float64)
    known = replace(table([3] * 3000), keys=keys)
    whole = documents(Order(known, 5), 1)
    assert sorted(whole) == list(range(3000))
    backwards = Order(known, 5)
    assert [backwards.document(1, rank)[0] for rank in reversed(range(3000))] == whole[::-1]


def test_ties_stand_otherwise_in_each_epoch_and_under_each_seed() -> None:
    tied = replace(table([5] * 200), keys=np.repeat([1.0, 2.0], 100))
    orders = [documents(Order(tied, seed), epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(order) for order in orders}) == 4
    assert all(sorted(order[:100]) == list(range(100)) for order in orders)


def test_an_epoch_of_many_chunks_is_sorted() -> None:
    keys = np.random.default_rng(0).permutation(5000).astype(np.float64)
    order = Order(replace(table([3] * 5000), keys=keys), 0)
    found = documents(order, 0) + documents(order, 1)
    assert keys[found].tolist() == [float(at) for at in range(5000)] * 2


@pytest.fixture
def base(tmp_path: Path) -> Path:
    draw = random.Random(3)
    texts = [" ".join(draw.choices(WORDS, k=draw.randint(5, 60))) for _ in QUALITY]
    rows = [{"text": text, "quality": quality, "kind": "prose"} for text, quality in zip(texts, QUALITY, strict=True)]
    rows.insert(7, {"text": "", "quality": 5.0, "kind": "nothing"})
    write(tmp_path, rows)
    return tmp_path


def write(base: Path, rows: list[dict[str, object]]) -> None:
    (base / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def rows(base: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (base / "a.jsonl").read_text().splitlines()]


def a(order: str, by: str = "", plugin: str = "jsonl") -> Source:
    return source("a", plugin, path=f"a.{plugin}", order=order, order_by=by)


def prepared(base: Path, made: Source) -> tuple[Corpus, list[str]]:
    said: list[str] = []
    wanted = plan([phase("p", blend(a="1"), 5)], [made])
    return prepare(wanted, base, base / "cache", installed(), said.append), said


def read(corpus: Corpus) -> list[int]:
    return documents(Order(corpus.tables["a"], 0), 0)


@pytest.mark.parametrize("plugin", ["jsonl", "parquet"])
@pytest.mark.parametrize(("order", "sign"), [("ascending", 1), ("descending", -1)])
def test_by_a_column(base: Path, order: str, sign: int, plugin: str) -> None:
    if plugin == "parquet":
        import pyarrow as pa
        from pyarrow.parquet import write_table

        write_table(pa.Table.from_pylist(rows(base)), base / "a.parquet")
    made, said = prepared(base, a(order, "quality", plugin))
    found = [sign * QUALITY[document] for document in read(made)]
    assert found == sorted(found)
    assert len(found) < len(QUALITY)
    assert not [line for line in said if "have no" in line]


def test_by_length_and_as_given(base: Path) -> None:
    made, _ = prepared(base, a("descending", "doc.length"))
    lengths = [made.tables["a"].length(document) for document in read(made)]
    assert lengths == sorted(lengths, reverse=True)
    made, _ = prepared(base, a("given"))
    assert read(made) == trained(made.tables["a"])
    assert read(prepared(base, a("shuffled"))[0]) != trained(made.tables["a"])


@pytest.mark.parametrize(
    ("order", "place", "at"), [("ascending", "first", slice(0, 1)), ("descending", "last", slice(-1, None))]
)
def test_those_without_a_value_count_as_below_all_others(base: Path, order: str, place: str, at: slice) -> None:
    changed = rows(base)
    there = trained(prepared(base, a("given"))[0].tables["a"])
    first, second = (there[rank] + (there[rank] >= 7) for rank in (3, 60))
    changed[first]["quality"] = None
    del changed[second]["quality"]
    write(base, changed)
    made, said = prepared(base, a(order, "quality"))
    assert f"2 of 120 documents of `a` have no `quality`; they are read {place}" in said
    ends = read(made)[:2] if place == "first" else read(made)[-2:]
    assert set(ends) == {there[3], there[60]}


def test_not_a_number_is_no_value(base: Path) -> None:
    changed = rows(base)
    changed[0]["quality"] = float("nan")
    write(base, changed)
    _, said = prepared(base, a("ascending", "quality"))
    assert [line for line in said if line.startswith("1 of 120 documents of `a` have no `quality`")]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("qualty", "no document of `a` has a `qualty`"),
        ("kind", "the `kind` of document 1 of `a` is str, not a number"),
    ],
)
def test_what_is_no_key_is_refused_where_the_order_is_written(base: Path, by: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        prepared(base, a("ascending", by))
    (found,) = refusal.value.diagnostics
    assert (found.id, found.message, found.about) == ("order-key", said, ("a", "order"))


def test_keys_are_read_once_and_again_where_they_changed(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = prepared(base, a("ascending", "quality"))
    jsonl = type(installed().build("source", "jsonl", {"path": "a.jsonl"}))
    with monkeypatch.context() as patched:
        patched.delattr(jsonl, "keyed")
        again, _ = prepared(base, a("ascending", "quality"))
    assert read(again) == read(first)
    changed = rows(base)
    changed[0]["quality"] = 7
    write(base, changed)
    other, _ = prepared(base, a("ascending", "quality"))
    assert other.contents != first.contents


@pytest.fixture(scope="module")
def text() -> Corpus:
    draw = random.Random(2)
    made = {name: table([draw.choice([3, 9, 40, 120]) for _ in range(200)], 2, 10**6 * at) for at, name in enumerate("ab")}
    keys = np.array([draw.randint(0, 20) for _ in range(200)], np.float64)
    return corpus(a=replace(made["a"], keys=keys), b=made["b"])


@pytest.mark.parametrize("packing", ["concat", "greedy", "best_fit"])
def test_resumed_at_any_step_it_goes_on_as_if_never_stopped(text: Corpus, packing: str) -> None:
    made = phase("p", blend(a="0.7", b="0.3"), 90, 5, 64, packing=Plugin(packing))
    whole = Feed.begin(plan([made]), made, text, installed(), None)
    expected = [whole.step() for _ in range(90)]
    assert whole.state()["streams"]["a"]["origin"]["at"][0] >= 1
    feed = Feed.begin(plan([made]), made, text, installed(), None)
    for step in range(90):
        if step in (1, 7, 30, 70, 89):
            feed = Feed.resume(plan([made]), made, text, installed(), json.loads(json.dumps(feed.state())))
        assert feed.step() == expected[step]


@pytest.mark.parametrize("packing", ["concat", "greedy", "best_fit"])
def test_which_source_comes_next_is_as_without_keys(text: Corpus, packing: str) -> None:
    made = phase("p", blend(a="0.7", b="0.3"), 40, 5, 64, packing=Plugin(packing))
    plain = replace(text, tables={**text.tables, "a": replace(text.tables["a"], keys=None)})
    fed = [Feed.begin(plan([made]), made, one, installed(), None) for one in (text, plain)]
    sources = [[[window.source for window in feed.step()] for _ in range(40)] for feed in fed]
    assert sources[0] == sources[1]


@pytest.mark.parametrize("packing", ["concat", "greedy"])
def test_windows_are_laid_in_that_order(text: Corpus, packing: str) -> None:
    made = phase("p", blend(a="1"), 20, 5, 64, packing=Plugin(packing))
    feed = Feed.begin(plan([made]), made, text, installed(), None)
    keys = text.tables["a"].keys
    assert keys is not None
    found = [keys[piece.document] for _ in range(20) for window in feed.step() for piece in window.pieces]
    falls = [at for at, (left, right) in enumerate(pairwise(found)) if right < left]
    assert all(found[at + 1] == min(keys[trained(text.tables["a"])]) for at in falls)  # where an epoch begins again


def test_best_fit_sends_windows_by_their_earliest_document() -> None:
    lengths = [random.Random(at).randint(1, 60) for at in range(3000)]
    keys = np.random.default_rng(1).random(3000)
    supply = Supply(Order(replace(table(lengths), keys=keys), 0), START, (), ())
    block = BestFit().pack(supply, 64, 0)
    first = [min(keys[piece.document] for piece in window) for window in block.windows]
    assert len(first) > 100
    assert first == sorted(first)
