from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sourcekit import made, refusal

from mtdsl.registry.factories import Documents

EXTRA = {"a": "first\n\nsecond\n", "b": "third — ü"}


def arrow(file: Path, new) -> None:
    """Two batches, a column that is not asked for before the text."""
    rows = pa.table({"n": [1, 2, 3], "text": ["one", "two", "three"]})
    with new(str(file), rows.schema) as writer:
        writer.write_table(rows, max_chunksize=2)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    for name, text in EXTRA.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "rows.jsonl").write_text('{"text": "one", "n": 1}\n\n{"text": "two", "n": "x"}\n')
    pq.write_table(pa.table({"text": ["one", "two"], "n": [1, 2]}), tmp_path / "rows.parquet")
    arrow(tmp_path / "file.arrow", pa.ipc.new_file)
    arrow(tmp_path / "stream.arrow", pa.ipc.new_stream)
    (tmp_path / "hub").mkdir()
    pq.write_table(pa.table({"text": ["one", "two"], "body": ["1", "2"]}), tmp_path / "hub" / "train.parquet")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (made("text", path="a.txt"), ["first\n\nsecond\n"]),
        (made("text", path="*.txt"), ["first\n\nsecond\n", "third — ü"]),
        (made("text", path="a.txt", document="paragraph"), ["first", "second"]),
        (made("text", path="b.txt", document="line"), ["third — ü"]),
        (made("jsonl", path="rows.jsonl"), ["one", "two"]),
        (made("parquet", path="*.parquet"), ["one", "two"]),
        (made("arrow", path="*.arrow"), ["one", "two", "three", "one", "two", "three"]),
        (made("hub", name="hub"), ["one", "two"]),
        (made("hub", name="hub", column="body"), ["1", "2"]),
    ],
)
def test_documents(base: Path, source: Documents, expected: list[str]):
    assert list(source.texts(base)) == expected


@pytest.mark.parametrize(
    ("name", "path", "content", "message"),
    [
        ("text", "none.txt", None, "source-missing: `none.txt` does not exist"),
        ("jsonl", "none*.jsonl", None, "source-missing: no file matches `none*.jsonl`"),
        ("parquet", "hub", None, "source-missing: `hub` is a folder"),
        ("text", "bad.txt", b"caf\xe9\n", "source-encoding: `bad.txt` is not UTF-8: invalid continuation byte"),
        (
            "jsonl",
            "bad.jsonl",
            b'{"text": "x"}\n{"text": \n',
            "source-corrupt: bad.jsonl:2: not JSON: Expecting value at column 10",
        ),
        ("jsonl", "bad.jsonl", b"[1]\n", "source-corrupt: bad.jsonl:1: a JSON object was expected, this is list"),
        ("jsonl", "bad.jsonl", b'{"body": "x"}\n', "source-column: bad.jsonl:1 has no column `text`"),
        ("jsonl", "bad.jsonl", b'{"text": "x"}\n{"text": null}\n', "source-column: `text` is null in bad.jsonl:2"),
        ("jsonl", "bad.jsonl", b'{"text": 7}\n', "source-column: `text` holds int, not text in bad.jsonl:1"),
        ("parquet", "bad.parquet", b"PAR1 no", "source-corrupt: `bad.parquet` cannot be read as Parquet"),
    ],
)
def test_bad_input_is_one_refusal(base: Path, name: str, path: str, content: bytes | None, message: str):
    if content is not None:
        (base / path).write_bytes(content)
    assert refusal(made(name, path=path), base).startswith(message)


def test_a_parquet_file_that_was_cut_or_overwritten(base: Path):
    whole = (base / "rows.parquet").read_bytes()
    for damaged in (whole[:-20], whole[:4] + bytes(len(whole) - 300) + whole[-296:]):
        (base / "rows.parquet").write_bytes(damaged)
        assert "`rows.parquet` cannot be read as Parquet" in refusal(made("parquet", path="rows.parquet"), base)


def test_columns_of_tables(base: Path):
    pq.write_table(pa.table({"text": ["a", None]}), base / "null.parquet")
    assert refusal(made("parquet", path="null.parquet"), base) == "source-column: `text` is null in row 2 of `null.parquet`"
    assert "`rows.parquet` has no column `body`" in refusal(made("parquet", path="rows.parquet", column="body"), base)
    assert "`hub` has no column `nope`" in refusal(made("hub", name="hub", column="nope"), base)


def test_documents_have_the_columns_of_their_rows(base: Path):
    for name, path in (("jsonl", "rows.jsonl"), ("parquet", "rows.parquet"), ("arrow", "stream.arrow")):
        keyed = list(made(name, path=path).keyed(base, "n"))[:2]
        assert keyed == [("one", 1), ("two", 2 if name != "jsonl" else "x")]


def test_a_data_set_without_the_split_or_subset(base: Path):
    assert "source-missing: the data set `hub` cannot be read" in refusal(made("hub", name="hub", split="nope"), base)
    assert "source-missing: the data set `hub` cannot be read" in refusal(made("hub", name="hub", subset="nope"), base)


@pytest.mark.parametrize("name", ["text", "jsonl", "parquet", "arrow", "hub"])
def test_a_fingerprint_is_of_the_content(base: Path, tmp_path_factory: pytest.TempPathFactory, name: str):
    path = {
        "text": "a.txt",
        "jsonl": "rows.jsonl",
        "parquet": "rows.parquet",
        "arrow": "file.arrow",
        "hub": "hub/train.parquet",
    }[name]
    params = {"name": "hub"} if name == "hub" else {"path": path}
    source = made(name, **params)
    before = source.fingerprint(base)
    other = tmp_path_factory.mktemp("elsewhere")
    (other / path).parent.mkdir(exist_ok=True)
    (other / path).write_bytes((base / path).read_bytes())
    assert source.fingerprint(other) == before
    (other / path).write_bytes((base / path).read_bytes() + b" ")
    assert source.fingerprint(other) != before
    if name != "text":
        assert made(name, **params, column="body").fingerprint(base) != before
