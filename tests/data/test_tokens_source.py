"""Tokens that somebody has made already: cut into documents, and read as they are."""

from __future__ import annotations

import io
from pathlib import Path

import fsspec
import numpy as np
import pytest
from datakit import blend, phase, plan
from hypothesis import given
from hypothesis import strategies as st
from mtdsl_sources import tokens
from mtdsl_sources.tokens import Tokens
from sourcekit import made

from mtdsl.data import prepare
from mtdsl.data.measuring import Measuring
from mtdsl.data.table import read
from mtdsl.data.tokenise import table
from mtdsl.data.tokenizer import load
from mtdsl.diag import Refusal
from mtdsl.plan.lock import Lock
from mtdsl.plan.model import Plugin, Source, Tokenizer
from mtdsl.registry import installed

EOS = 7


def npy(ids: list[int] | np.ndarray, dtype: str = "<u2") -> bytes:
    written = io.BytesIO()
    np.save(written, np.array(ids, dtype))
    return written.getvalue()


def ids(base: Path, **params: object) -> list[list[int]]:
    return [one.tolist() for one in Tokens(**{"path": "a.*", "eos": EOS, **params}).ids(base)]  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", ["<u2", ">u2", "<u4", "<i4", "<i8", "u1"])
def test_a_row_is_cut_where_its_documents_end(tmp_path: Path, dtype: str):
    (tmp_path / "a.npy").write_bytes(npy([1, 2, EOS, EOS, EOS, 3, EOS, 4, 5], dtype))
    assert ids(tmp_path) == [[1, 2, EOS], [3, EOS], [4, 5, EOS]]


@pytest.mark.parametrize("dtype", ["uint16", "uint32", "int32", "int64"])
def test_a_raw_file_is_read_as_it_is_said_to_be(tmp_path: Path, dtype: str):
    (tmp_path / "a.bin").write_bytes(np.array([1, 2, EOS, 3, EOS], np.dtype(dtype).newbyteorder("<")).tobytes())
    assert ids(tmp_path, dtype=dtype) == [[1, 2, EOS], [3, EOS]]


def test_a_file_ends_a_document_and_an_empty_one_holds_none(tmp_path: Path):
    for name, row in (("a.1", [1, EOS, 2]), ("a.2", []), ("a.3", [3, EOS])):
        (tmp_path / name).write_bytes(npy(row))
    assert ids(tmp_path) == [[1, EOS], [2, EOS], [3, EOS]]


def test_bytes_that_look_compressed_are_tokens(tmp_path: Path):
    """Of raw tokens any byte may be the first: gzip's own are the id 35,615."""
    (tmp_path / "a.bin").write_bytes(np.array([0x8B1F, 2, EOS], "<u2").tobytes())
    assert ids(tmp_path, dtype="uint16") == [[0x8B1F, 2, EOS]]


@given(st.lists(st.integers(0, 9), max_size=60), st.integers(1, 9))
def test_wherever_a_block_ends_no_token_is_lost(row: list[int], block: int):
    """Against cutting the list by hand."""
    row.append(EOS)
    wanted, held = [], []
    for one in row:
        held.append(one)
        if one == EOS:
            wanted.append(held)
            held = []
    blocks = [np.array(row[at : at + block], np.int64) for at in range(0, len(row), block)]
    assert [one.tolist() for one in tokens._cut(blocks, EOS, "a")] == [one for one in wanted if len(one) > 1]


def test_a_file_of_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokens, "BLOCK", 16)
    row = [*range(10, 60), EOS, *range(60, 99), EOS]
    (tmp_path / "a.npy").write_bytes(npy(row))
    assert ids(tmp_path) == [row[:51], row[51:]]


WHOLE = npy([1, 2, EOS])


@pytest.mark.parametrize(
    ("content", "params", "message"),
    [
        (WHOLE[:-2], {}, "source-corrupt: `a.x` cannot be read as tokens: it says that it holds 3 tokens and ends after 2"),
        (WHOLE[:-1], {}, "source-corrupt: `a.x` cannot be read as tokens: it does not end where a token does"),
        (WHOLE + b"\0\0", {}, "source-corrupt: `a.x` cannot be read as tokens: it does not end where a token does"),
        (WHOLE[:9], {}, "source-corrupt: `a.x` cannot be read as an array: "),
        (b"\1\0\2", {"dtype": "uint16"}, "source-corrupt: `a.x` cannot be read as tokens: it does not end where a token does"),
        (b"\1\0", {}, "source-tokens: `a.x` does not say what it holds"),
        (b"\1\0", {"dtype": "uint16"}, "source-tokens: `a.x` holds no 7, which is to end its documents"),
        (WHOLE, {"dtype": "uint32"}, "source-tokens: `a.x` holds uint16, and the recipe says uint32"),
        (npy([0.5, EOS], "<f4"), {}, "source-tokens: `a.x` holds float32, and not one row of ids"),
        (npy([[1, EOS]], "<u2"), {}, "source-tokens: `a.x` holds uint16 of shape (1, 2), and not one row of ids"),
        (npy([-1, EOS], "<i4"), {}, "source-tokens: `a.x` holds -1, which is no id"),
    ],
)
def test_what_is_wrong_with_a_file_of_tokens(tmp_path: Path, content: bytes, params: dict[str, str], message: str):
    (tmp_path / "a.x").write_bytes(content)
    with pytest.raises(Refusal) as caught:
        ids(tmp_path, **params)
    (found,) = caught.value.diagnostics
    assert f"{found.id}: {found.message}".startswith(message)
    assert found.help


def test_nothing_pickled_is_opened(tmp_path: Path):
    written = io.BytesIO()
    np.save(written, np.array([{"a": 1}], object), allow_pickle=True)
    (tmp_path / "a.npy").write_bytes(written.getvalue())
    with pytest.raises(Refusal, match="holds object, and not one row of ids"):
        ids(tmp_path)


def test_a_fingerprint_is_of_the_content_and_of_how_it_is_read(tmp_path: Path):
    (tmp_path / "a.npy").write_bytes(WHOLE)
    prints = [Tokens("a.npy", eos).fingerprint(tmp_path) for eos in (EOS, EOS, 2)]
    assert prints[0] == prints[1] != prints[2]
    assert Tokens("a.npy", EOS, "uint16").fingerprint(tmp_path) != prints[0]


def test_tokens_in_a_store(tmp_path: Path):
    fsspec.filesystem("memory").pipe_file("/tokens/a.npy", npy([1, 2, EOS, 3, EOS]))
    assert ids(tmp_path, path="memory://tokens/*.npy") == [[1, 2, EOS], [3, EOS]]


# ---- from the files to a table


@pytest.fixture
def tokenizer(tmp_path: Path) -> Tokenizer:
    """One of 280 ids, trained on text of its own, in a folder."""
    text = Source("t", Plugin("text", {"path": "t.txt"}), *none())
    (tmp_path / "t.txt").write_text("one two three four five six seven " * 200)
    corpus = prepare(plan([phase("p", blend(t="1"), 5)], [text]), tmp_path, tmp_path / "cache", installed(), silent)
    return Tokenizer("hub", {"name": str(corpus.tokenizer_dir)})


def none():
    from datakit import UNKNOWN

    return UNKNOWN, UNKNOWN


def silent(line: str) -> None:
    """Says nothing."""


def of_tokens(path: str, eos: int) -> Source:
    return Source("k", Plugin("tokens", {"path": path, "eos": eos, "dtype": None}), *none())


def test_a_table_of_tokens_is_that_of_the_text_they_came_from(tmp_path: Path, tokenizer: Tokenizer):
    lines = ["one two three", "four five", "six " * 1000]
    (tmp_path / "lines.txt").write_text("\n".join(lines))
    encoder = load(Path(str(tokenizer.params["name"])))
    row = [id for ids in encoder.batch(lines) for id in (*ids, encoder.eos)]
    (tmp_path / "k.npy").write_bytes(npy(row, "<i8"))
    text = Source("t", Plugin("text", {"path": "lines.txt", "document": "line"}), *none())
    made_of = plan([phase("p", blend(t="1/2", k="1/2"), 1)], [text, of_tokens("k.npy", encoder.eos)], tokenizer)
    corpus = prepare(made_of, tmp_path, tmp_path / "cache", installed(), silent)
    tables = [corpus.tables[name] for name in ("t", "k")]
    for document in range(3):
        assert tables[0].tokens(document).tolist() == tables[1].tokens(document).tolist()
    assert tables[0].shards[0].dtype == tables[1].shards[0].dtype
    assert corpus.contents["t"] != corpus.contents["k"]


def test_the_same_documents_are_held_out_whatever_their_type(tmp_path: Path, tokenizer: Tokenizer):
    from mtdsl.data.reading import bound

    encoder = load(Path(str(tokenizer.params["name"])))
    hashes = []
    for name, dtype in (("a.npy", "<u2"), ("b.npy", ">i4")):
        (tmp_path / name).write_bytes(npy([1, encoder.eos, 2, 3, encoder.eos], dtype))
        reading = bound(of_tokens(name, encoder.eos), tmp_path, installed())
        hashes.append(read(table(reading, encoder, tmp_path / "cache", silent)).hashes.tolist())
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([5, 0, 279, 0, 280, 0], "document 3 of `k` holds the token 280, and the tokenizer has 280"),
        ([], "`k` holds no text"),
    ],
)
def test_ids_that_the_tokenizer_does_not_have(tmp_path: Path, tokenizer: Tokenizer, row: list[int], message: str):
    (tmp_path / "k.npy").write_bytes(npy(row))
    made_of = plan([phase("p", blend(k="1"), 1)], [of_tokens("k.npy", 0)], tokenizer)
    with pytest.raises(Refusal, match=message):
        prepare(made_of, tmp_path, tmp_path / "cache", installed(), silent)


def test_no_tokenizer_is_trained_on_tokens(tmp_path: Path):
    (tmp_path / "k.npy").write_bytes(WHOLE)
    made_of = plan([phase("p", blend(k="1"), 1)], [of_tokens("k.npy", EOS)])
    with pytest.raises(Refusal, match=r"source-tokens: `k`: `k\.npy` holds tokens, and text is asked for"):
        prepare(made_of, tmp_path, tmp_path / "cache", installed(), silent)


def test_a_lock_counts_their_documents(tmp_path: Path, tokenizer: Tokenizer):
    (tmp_path / "k.npy").write_bytes(npy([1, 2, EOS, 3, EOS]))
    made_of = plan([phase("p", blend(k="1"), 1)], [of_tokens("k.npy", EOS)], tokenizer)
    items = list(Measuring(made_of, tmp_path, tmp_path / "cache", installed(), Lock(), silent).items())
    counted = items[-1].measure()
    assert (counted.documents, counted.tokens, counted.longest) == (2, 5, 3)  # type: ignore[attr-defined]


def test_it_is_made_by_its_name():
    assert made("tokens", path="a.npy", eos=0) == Tokens("a.npy", 0)
