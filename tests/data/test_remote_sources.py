"""Sources in stores: on a server that speaks S3 (moto's), and in fsspec's own memory. Nothing leaves the machine."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from sourcekit import made, refusal, refused

HERE = Path("nowhere")


def jsonl(*texts: str) -> bytes:
    return "".join(json.dumps({"text": text, "n": len(text)}) + "\n" for text in texts).encode()


def table(kind: str, *texts: str) -> bytes:
    rows, written = pa.table({"text": texts}), pa.BufferOutputStream()
    if kind == "parquet":
        pq.write_table(rows, written)
    else:
        with pa.ipc.new_file(written, rows.schema) as writer:
            writer.write_table(rows)
    return written.getvalue().to_pybytes()


FILES = {
    "web/b.jsonl": jsonl("three"),
    "web/a.jsonl.gz": gzip.compress(jsonl("one", "two")),
    "web/deep/c.jsonl.zst": pa.compress(jsonl("four"), "zstd", asbytes=True),
    "web/notes.txt": b"a note",
    "rows.parquet": table("parquet", "p", "q"),
    "rows.arrow": table("arrow", "r", "s"),
    "odd name [1].txt": b"odd",
}


@pytest.fixture(scope="module")
def s3() -> Iterator[fsspec.AbstractFileSystem]:
    reason = "moto[s3], flask, flask-cors and s3fs, of mtdsl[dev], are not installed"
    for package in ("moto", "flask", "flask_cors", "s3fs"):
        pytest.importorskip(package, reason=reason)
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    own = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret-of-mine"}
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {**own, "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}.items():
            patched.setenv(name, value)
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        store = fsspec.filesystem("s3", use_listings_cache=False)
        store.mkdir("corpus")
        for name, content in FILES.items():
            store.pipe_file(f"corpus/{name}", content)
        yield store
        fsspec.get_filesystem_class("s3").clear_instance_cache()
    server.stop()


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    store = fsspec.filesystem("memory")
    for name, content in FILES.items():
        store.pipe_file(f"/corpus/{name}", content)
    yield store
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(params=["s3", "memory"])
def store(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue(request.param)
    return f"{request.param}://corpus"


@pytest.mark.parametrize(
    ("kind", "path", "texts"),
    [
        ("jsonl", "web/*.jsonl*", ["one", "two", "three"]),
        ("jsonl", "web/**/*.jsonl*", ["one", "two", "three", "four"]),
        ("jsonl", "web/a.jsonl.gz", ["one", "two"]),
        ("text", "web/notes.txt", ["a note"]),
        ("parquet", "rows.parquet", ["p", "q"]),
        ("parquet", "*.parquet", ["p", "q"]),
        ("arrow", "rows.arrow", ["r", "s"]),
    ],
)
def test_documents_are_those_of_the_same_files_here(store: str, tmp_path: Path, kind: str, path: str, texts: list[str]):
    assert list(made(kind, path=f"{store}/{path}").texts(HERE)) == texts
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert list(made(kind, path=path).texts(tmp_path)) == texts


def test_columns(store: str):
    assert list(made("jsonl", path=f"{store}/web/*.jsonl").keyed(HERE, "n")) == [("three", 5)]


def test_an_address_of_this_machine(tmp_path: Path):
    (tmp_path / "a.txt").write_text("here")
    assert list(made("text", path=f"file://{tmp_path}/*.txt").texts(HERE)) == ["here"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("web/none.jsonl", "source-missing: `{store}/web/none.jsonl` does not exist"),
        ("web/*.csv", "source-missing: no file matches `{store}/web/*.csv`"),
        ("web", "source-missing: `{store}/web` is a folder"),
        ("rows.parquet", "source-corrupt: {store}/rows.parquet:1: not JSON"),
    ],
)
def test_what_is_not_there(store: str, path: str, message: str):
    assert refusal(made("jsonl", path=f"{store}/{path}"), HERE).startswith(message.format(store=store))


def test_a_file_in_a_store_that_was_cut(store: str, request: pytest.FixtureRequest):
    held = request.getfixturevalue(store.partition(":")[0])
    held.pipe_file(f"{store}/cut/a.jsonl.gz", FILES["web/a.jsonl.gz"][:-9])
    held.pipe_file(f"{store}/cut/a.parquet", FILES["rows.parquet"][:-9])
    held.pipe_file(f"{store}/cut/a.jsonl", b'{"text": "x"}\n{"text"\n')
    said = refusal(made("jsonl", path=f"{store}/cut/a.jsonl.gz"), HERE)
    assert said.startswith(f"source-corrupt: `{store}/cut/a.jsonl.gz` cannot be read: ")
    said = refusal(made("parquet", path=f"{store}/cut/a.parquet"), HERE)
    assert said.startswith(f"source-corrupt: `{store}/cut/a.parquet` cannot be read as Parquet: ")
    assert refusal(made("jsonl", path=f"{store}/cut/a.jsonl"), HERE).startswith(
        f"source-corrupt: {store}/cut/a.jsonl:2: not JSON"
    )


def test_a_fingerprint_is_of_what_the_store_says_of_the_content(s3: fsspec.AbstractFileSystem):
    source = made("jsonl", path="s3://corpus/marked/*.jsonl")
    s3.pipe_file("corpus/marked/a.jsonl", jsonl("one"))
    before = source.fingerprint(HERE)
    s3.pipe_file("corpus/marked/a.jsonl", jsonl("one"))
    assert source.fingerprint(HERE) == before
    s3.pipe_file("corpus/marked/a.jsonl", jsonl("two"))
    assert source.fingerprint(HERE) != before
    s3.pipe_file("corpus/marked/a.jsonl", jsonl("one"))
    s3.pipe_file("corpus/marked/b.jsonl", jsonl("one"))
    assert source.fingerprint(HERE) != before


def test_a_fingerprint_is_of_the_bytes_where_the_store_says_nothing(memory: fsspec.AbstractFileSystem, tmp_path: Path):
    (tmp_path / "b.jsonl").write_bytes(FILES["web/b.jsonl"])
    source = made("jsonl", path="memory://corpus/web/b.jsonl")
    assert source.fingerprint(HERE) == made("jsonl", path="b.jsonl").fingerprint(tmp_path)


@pytest.mark.usefixtures("s3")
def test_a_bucket_that_is_not_there():
    for path in ("s3://no-such-bucket/a.jsonl", "s3://no-such-bucket/*.jsonl"):
        assert refusal(made("jsonl", path=path), HERE).startswith("source-missing: ")


@pytest.mark.usefixtures("s3")
def test_without_credentials_the_store_says_what_it_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    found = refused(made("jsonl", path="s3://corpus/web/b.jsonl"), HERE)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    assert found.message == "`s3://corpus/web/b.jsonl` cannot be read: Unable to locate credentials"
    assert found.help == "credentials are taken from where the store's own tools find them, never from a recipe"


class Failing(io.BytesIO):
    """A file of a store that breaks off."""

    def read(self, size: int | None = -1) -> bytes:
        raise TimeoutError("the store does not answer")


@pytest.mark.parametrize(("kind", "path"), [("jsonl", "web/b.jsonl"), ("parquet", "rows.parquet"), ("arrow", "rows.arrow")])
def test_a_store_that_stops_answering(memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch, kind: str, path: str):
    monkeypatch.setattr(MemoryFileSystem, "_open", lambda self, path, **how: Failing(b"x" * 100))
    source = made(kind, path=f"memory://corpus/{path}")
    wanted = f"source-unreadable: `memory://corpus/{path}` cannot be read: the store does not answer"
    assert refusal(source, HERE) == wanted


def test_a_store_that_nobody_knows():
    assert refusal(made("text", path="nowhere://a/b.txt"), HERE) == (
        "source-missing: `nowhere://a/b.txt`: there is no store of that name"
    )


def test_a_store_whose_package_is_not_installed(monkeypatch: pytest.MonkeyPatch):
    from fsspec.registry import known_implementations

    monkeypatch.setitem(known_implementations, "acme", {"class": "acmefs.AcmeFileSystem", "err": "Install acmefs"})
    found = refused(made("text", path="acme://a/b.txt"), HERE)
    assert found.id == "package-missing"
    assert found.message == "`acme://a/b.txt` is read by the package `acmefs`, which is not installed"
    assert found.help == "install it: `pip install acmefs`"


def test_a_password_in_a_recipe_is_not_repeated():
    said = refusal(made("text", path="ftp://me:hunter2@host/a.txt"), HERE)
    assert said == "source-unreadable: an address with a password in it is not read"
