"""What may be wrong with files: each is told by the file, and the line where there are lines, and nothing is read in part."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sourcekit import made, refusal, refused

import mtdsl.data.digests  # noqa: F401  before a child drops its rights, and with them that to import
from mtdsl.diag import Refusal

NOBODY = 65534
LINES = "".join(json.dumps({"text": f"document {number}"}) + "\n" for number in range(500)).encode()


def zstd(data: bytes) -> bytes:
    return _streamed(data, "zstd")


def _streamed(data: bytes, codec: str) -> bytes:
    written = pa.BufferOutputStream()
    with pa.CompressedOutputStream(written, codec) as out:
        out.write(data)
    return written.getvalue().to_pybytes()


PACKED = {
    "a.jsonl.gz": gzip.compress,
    "a.jsonl.zst": zstd,
    "a.jsonl.xz": lzma.compress,
    "a.jsonl.bz2": bz2.compress,
    "a.jsonl.lz4": lambda data: _streamed(data, "lz4"),
}
"""By a name, what compresses what is in it."""


@pytest.mark.parametrize("name", PACKED)
def test_compressed_files_are_read_whole(tmp_path: Path, name: str):
    pack = PACKED[name]
    for content in (pack(LINES), pack(LINES[:8000]) + pack(LINES[8000:])):
        for file in (name, "no-ending.jsonl"):
            (tmp_path / file).write_bytes(content)
            assert len(list(made("jsonl", path=file).texts(tmp_path))) == 500


def test_a_frame_that_is_skipped_comes_first(tmp_path: Path):
    """As zstd's parallel compressor writes it: 4 bytes of magic, 4 of length, what is skipped (RFC 8878, 3.1.2)."""
    (tmp_path / "a.jsonl.zst").write_bytes(b"\x50\x2a\x4d\x18\x04\0\0\0skip" + zstd(LINES))
    assert len(list(made("jsonl", path="a.jsonl.zst").texts(tmp_path))) == 500


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_that_was_cut(tmp_path: Path, name: str):
    whole = PACKED[name](LINES)
    for damaged in (whole[:-3], whole[: len(whole) // 2], whole[:12]):
        (tmp_path / name).write_bytes(damaged)
        for kind in ("jsonl", "text"):
            assert refusal(made(kind, path=name), tmp_path).startswith(f"source-corrupt: `{name}` cannot be read: ")


def test_a_file_that_is_not_what_its_ending_says(tmp_path: Path):
    for content, reason in ((b"", "it is empty"), (LINES, "it does not begin as such a file does")):
        (tmp_path / "a.jsonl.gz").write_bytes(content)
        wanted = f"source-corrupt: `a.jsonl.gz` cannot be read as gzip: {reason}"
        assert refusal(made("jsonl", path="a.jsonl.gz"), tmp_path) == wanted


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        (b'\xef\xbb\xbf{"text": "marked"}\n', ["marked"]),
        (b'{"text": "a"}\r\n\r\n{"text": "b"}\r\n', ["a", "b"]),
        (b'{"text": "a"}\n{"text": "no end"}', ["a", "no end"]),
        ('{"text": "one\u2028line\x85here"}\n'.encode(), ["one\u2028line\x85here"]),
        (b'{"text": "a", "score": NaN, "most": -Infinity}\n', ["a"]),
        (b'{"text": ""}\n{"text": "after nothing"}\n', ["", "after nothing"]),
        (b'{"text": "bell \\u0000"}\n', ["bell \0"]),
        (b"", []),
    ],
)
def test_lines_that_are_all_right(tmp_path: Path, content: bytes, texts: list[str]):
    (tmp_path / "a.jsonl").write_bytes(content)
    assert list(made("jsonl", path="a.jsonl").texts(tmp_path)) == texts


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"text": "caf\xe9"}', "source-encoding: a.jsonl:7 is not UTF-8: invalid continuation byte"),
        (b'{"text": "cut', "source-corrupt: a.jsonl:7: not JSON: Unterminated string starting at at column 10"),
        (b'{"text": NaN}', "source-column: `text` is null in a.jsonl:7"),
        (b'{"body": "x"}', "source-column: a.jsonl:7 has no column `text`"),
        (b'{"text": ' + b"[" * 100_000, "source-corrupt: a.jsonl:7: not to be read: maximum recursion depth exceeded"),
        (b'{"n": ' + b"9" * 5000 + b"}", "source-corrupt: a.jsonl:7: not to be read: Exceeds the limit"),
        (b"\0\0\0\0", "source-corrupt: a.jsonl:7: not JSON: Expecting value at column 1"),
    ],
)
def test_the_seventh_line(tmp_path: Path, line: bytes, message: str):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "x"}\n' * 6 + line + b"\n")
    assert refusal(made("jsonl", path="a.jsonl"), tmp_path).startswith(message)


def test_a_value_that_is_no_number_counts_as_none(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"text": "a", "q": NaN}\n{"text": "b", "q": Infinity}\n{"text": "c", "q": 1}\n')
    assert list(made("jsonl", path="a.jsonl").keyed(tmp_path, "q")) == [("a", None), ("b", None), ("c", 1)]


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ("file", ["one\ntwo\u2028x\n\n\nthree"]),
        ("line", ["one", "two\u2028x", "", "", "three"]),
        ("paragraph", ["one\ntwo\u2028x", "three"]),
    ],
)
def test_text_of_other_systems(tmp_path: Path, document: str, texts: list[str]):
    whole = "\ufeffone\r\ntwo\u2028x\r\n\r\n\r\nthree"
    for content in (whole, whole.replace("\r\n", "\n"), whole.replace("\r\n", "\r")):
        (tmp_path / "a.txt").write_bytes(content.encode())
        assert list(made("text", path="a.txt", document=document).texts(tmp_path)) == texts


def test_an_arrow_file_that_was_cut_or_is_none(tmp_path: Path):
    rows = pa.table({"text": [f"document {number}" for number in range(5000)]})
    for new in (pa.ipc.new_file, pa.ipc.new_stream):
        with new(str(tmp_path / "a.arrow"), rows.schema) as writer:
            writer.write_table(rows, max_chunksize=1000)
        whole = (tmp_path / "a.arrow").read_bytes()
        assert len(list(made("arrow", path="a.arrow").texts(tmp_path))) == 5000
        for damaged in (whole[:-1], whole[: len(whole) // 2], whole[:100], b"", b"ARROW1"):
            (tmp_path / "a.arrow").write_bytes(damaged)
            assert refusal(made("arrow", path="a.arrow"), tmp_path).startswith(
                "source-corrupt: `a.arrow` cannot be read as Arrow"
            )


def test_a_stream_cut_between_two_batches_is_told_by_its_end(tmp_path: Path):
    rows = pa.table({"text": ["one", "two"]})
    written = pa.BufferOutputStream()
    writer = pa.ipc.new_stream(written, rows.schema)
    writer.write_table(rows)
    before = written.tell()
    writer.close()
    (tmp_path / "a.arrow").write_bytes(written.getvalue().to_pybytes()[:before])
    wanted = "source-corrupt: `a.arrow` cannot be read as Arrow: it has no end, or is no such file"
    assert refusal(made("arrow", path="a.arrow"), tmp_path) == wanted


def test_columns_of_arrow_files(tmp_path: Path):
    rows = pa.table({"text": ["a", None], "n": [1, 2]})
    with pa.ipc.new_stream(str(tmp_path / "a.arrow"), rows.schema) as writer:
        writer.write_table(rows)
    assert refusal(made("arrow", path="a.arrow"), tmp_path) == "source-column: `text` is null in row 2 of `a.arrow`"
    assert refusal(made("arrow", path="a.arrow", column="n"), tmp_path).startswith("source-column: `n` holds int, not text")
    assert refusal(made("arrow", path="a.arrow", column="x"), tmp_path) == "source-column: `a.arrow` has no column `x`"


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_text_in_a_table_that_is_not_utf8(tmp_path: Path, kind: str):
    file, text = tmp_path / "a.table", pa.array([b"fine", b"caf\xe9"]).view(pa.string())
    rows = pa.table({"text": text})
    if kind == "parquet":
        pq.write_table(rows, file)
    else:
        with pa.ipc.new_file(str(file), rows.schema) as writer:
            writer.write_table(rows)
    assert refusal(made(kind, path="a.table"), tmp_path).startswith("source-encoding: `a.table` is not UTF-8")


def test_a_page_of_parquet_that_does_not_have_its_checksum(tmp_path: Path):
    file = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"text": ["a text"] * 1000}), file, write_page_checksum=True, compression="none", use_dictionary=False
    )
    whole = bytearray(file.read_bytes())
    whole[2000] ^= 1
    file.write_bytes(whole)
    assert refusal(made("parquet", path="a.parquet"), tmp_path).startswith(
        "source-corrupt: `a.parquet` cannot be read as Parquet"
    )


@pytest.mark.parametrize("kind", ["text", "jsonl", "parquet", "arrow"])
def test_a_file_that_vanishes_after_it_was_listed(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.x").write_bytes(b"x")
    (tmp_path / "b.x").symlink_to(tmp_path / "a.x")
    from mtdsl_sources import files

    find = files._matched

    def then_gone(base: Path, path: str) -> list[Path]:
        names = find(base, path)
        (tmp_path / "a.x").unlink()
        return names

    monkeypatch.setattr(files, "_matched", then_gone)
    assert refusal(made(kind, path="*.x"), tmp_path) == "source-missing: `a.x` is gone: it was there when files were listed"


def test_a_base_whose_name_is_a_pattern(tmp_path: Path):
    base = tmp_path / "run[1]"
    base.mkdir()
    (base / "a.txt").write_text("found")
    assert list(made("text", path="*.txt").texts(base)) == ["found"]


@pytest.mark.parametrize("kind", ["text", "jsonl", "parquet", "arrow"])
def test_no_right_to_read(tmp_path: Path, kind: str):
    (tmp_path / "a.x").write_bytes(b"x")
    (tmp_path / "a.x").chmod(0)
    source = made(kind, path="a.x")
    read = as_nobody(tmp_path, lambda base: list(source.texts(base)))
    wanted = "source-unreadable: `a.x` may not be read: permission denied"
    assert read == as_nobody(tmp_path, source.fingerprint) == wanted


def test_a_folder_that_may_not_be_listed_is_not_passed_over(tmp_path: Path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open" / "a.txt").write_text("a")
    (tmp_path / "shut").mkdir(mode=0)
    for path in ("**/*.txt", "*/a.txt", "shut/*.txt"):
        wanted = "source-unreadable: the folder `shut` may not be listed"
        assert as_nobody(tmp_path, made("text", path=path).fingerprint) == wanted
    assert as_nobody(tmp_path, lambda base: str(list(made("text", path="open/*.txt").texts(base)))) == "['a']"


def as_nobody(base: Path, work) -> str:
    """What `work` gives, or its refusal, in a process that may read only what everybody may: root may read everything."""
    for folder in (base, *base.parents):
        if folder.stat().st_uid == os.geteuid() and folder != folder.parent:
            folder.chmod(folder.stat().st_mode | 0o755)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            try:
                said = str(work(base))
            except Refusal as refusal:
                said = "; ".join(f"{found.id}: {found.message}" for found in refusal.diagnostics)
            os.write(writer, said.encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def test_a_refusal_has_a_way_out(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    assert (
        refused(made("text", path="a.txt"), tmp_path).help == "write it again as UTF-8, such as with `iconv -f LATIN1 -t UTF-8`"
    )
