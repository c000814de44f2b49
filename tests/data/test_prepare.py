from __future__ import annotations

import random
import textwrap
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from datakit import after, blend, phase, plan, source

from mtdsl.data import Corpus, prepare
from mtdsl.diag import Refusal
from mtdsl.plan.model import Known, Phase, Plan, Source
from mtdsl.registry import installed

DOCUMENTS = [text for text in Path(textwrap.__file__).read_text().split("\n\n") if len(text) > 20]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("\n\n".join(DOCUMENTS))
    (tmp_path / "b.txt").write_text("\n\n".join(random.Random(0).sample(DOCUMENTS, 20)))
    return tmp_path


def of(name: str, **more: object) -> Source:
    return source(name, path=f"{name}.txt", document="paragraph", **more)


def prepared(base: Path, made: Plan) -> tuple[Corpus, list[str]]:
    said: list[str] = []
    return prepare(made, base, base / "cache", installed(), said.append), said


def two(*phases: Phase, **more: object) -> Plan:
    return plan(phases or [phase("p", blend(a="0.9", b="0.1"), 5)], [of("a", **more), of("b"), of("unused")])


def test_documents_become_tokens_with_an_end(base: Path):
    corpus, _ = prepared(base, two())
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(corpus.tokenizer_dir)
    table = corpus.tables["a"]
    decoded = [tokenizer.decode(table.tokens(at)) for at in range(table.documents)]
    assert [text.removesuffix("<|endoftext|>").strip() for text in decoded] == [text.strip() for text in DOCUMENTS]
    assert all(table.tokens(at)[-1] == corpus.eos for at in range(table.documents))
    assert table.shards[0].dtype == np.min_scalar_type(corpus.vocab - 1)
    assert len(table.validation) >= 1
    assert corpus.sizes["a"] == table.total - sum(table.length(document) for document in table.validation)
    assert set(corpus.tables) == {"a", "b"}


def test_prepared_once(base: Path):
    first, said = prepared(base, two())
    assert [line.split()[0] for line in said][:3] == ["training", "tokenising", "tokenising"]
    again, said = prepared(base, two())
    assert not [line for line in said if "tokenis" in line or "training" in line]
    assert again.contents == first.contents


def test_a_damaged_table_is_made_again(base: Path):
    first, _ = prepared(base, two())
    file = max((base / "cache").rglob("*.uint*"), key=lambda path: path.stat().st_size)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    again, said = prepared(base, two())
    assert "tokenising `a`" in said
    assert (again.tables["a"].tokens(0) == first.tables["a"].tokens(0)).all()


def test_other_text_other_content(base: Path):
    first, _ = prepared(base, two())
    (base / "b.txt").write_text("something else\n\nand more of it\n\n" * 9)
    second, _ = prepared(base, two())
    assert first.contents["b"] != second.contents["b"]
    held, _ = prepared(base, two(holdout=Fraction(1, 4)))
    assert held.contents["a"] != second.contents["a"]
    assert held.contents["b"] == second.contents["b"]


def test_held_out_documents_do_not_hang_on_tokenizer_or_seed(base: Path):
    from mtdsl.plan.model import Tokenizer

    one, _ = prepared(base, two())
    seeded = [phase("p", blend(a="0.9", b="0.1"), 5, seed=7)]
    other, _ = prepared(base, replace(two(*seeded), tokenizer=Tokenizer("bpe", {"vocab": 270})))
    assert one.tokenizer_hash != other.tokenizer_hash
    assert one.tables["a"].validation.tolist() == other.tables["a"].validation.tolist()


def test_no_text_at_all(base: Path):
    (base / "a.txt").write_text("")
    with pytest.raises(Refusal, match="source-empty: `a` holds no text"):
        prepared(base, two())


def test_a_refusal_names_the_source(base: Path):
    (base / "a.txt").unlink()
    with pytest.raises(Refusal, match=r"`a`: `a\.txt` does not exist"):
        prepared(base, two())


def test_a_source_that_is_only_declared(base: Path):
    with pytest.raises(Refusal, match=r"source-declared: .* nothing says where its text is"):
        prepared(base, plan([phase("p", blend(a="1"), 1)], [source("a", None)]))


def test_too_few_tokens(base: Path):
    with pytest.raises(Refusal, match=r"source-exhausted: .* less than one window of `p`"):
        prepared(base, two(phase("p", blend(a="0.5", b="0.5"), 1, 1, 1 << 16)))


def test_other_sizes_than_declared_stop_a_run_either_way(base: Path):
    held = prepared(base, two())[0].tables["a"].total
    for declared in (held * 98 // 100, held * 102 // 100, 1_000_000, 1):
        with pytest.raises(Refusal) as refusal:
            prepared(base, two(tokens=Known(declared, "declared")))
        (found,) = refusal.value.diagnostics
        assert (found.id, found.about) == ("declared-differs", ("a", "tokens"))
        assert found.message == f"`a` is declared with {declared:,} tokens and holds {held:,}"
        assert f"write `tokens = {held:_}`" in str(found.help)
    for close in (held * 995 // 1000, held * 1005 // 1000):
        prepared(base, two(tokens=Known(close, "declared")))


def test_another_number_of_documents_than_declared_stops_a_run(base: Path):
    made = two()
    first = replace(made.sources[0], documents=Known(len(DOCUMENTS) + 9, "declared"))
    with pytest.raises(Refusal, match=rf"declared-differs: .* {len(DOCUMENTS) + 9:,} documents and holds {len(DOCUMENTS):,}"):
        prepared(base, replace(made, sources=(first, *made.sources[1:])))


def test_epochs_are_counted_along_the_lineage(base: Path):
    size = prepared(base, two())[0].sizes["a"]
    half = size // 128
    first = phase("first", blend(a="1"), half, 4, 16)
    second = phase("second", blend(a="1"), half, 4, 16, **after(first))
    fork = phase("fork", blend(a="1"), half, 4, 16, **after(first, 64))
    prepared(base, two(first, fork))
    assert prepared(base, two(first, fork, max_epochs=Fraction(9, 10)))[1] == []
    with pytest.raises(Refusal, match=r"by the end of `second`, `a` is read (0\.9|1\.0).* max_epochs is 0.9"):
        prepared(base, two(first, second, fork, max_epochs=Fraction(9, 10)))
    third = phase("third", blend(a="1"), half, 4, 16, **after(second))
    (told,) = prepared(base, two(first, second, third))[1]
    assert told.startswith("by the end of `third`, `a` is read 1.")
