"""Tables that are made in pieces: what was finished stays, whatever ends the making."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtdsl.data import shards, tokenise
from mtdsl.data.entry import intact
from mtdsl.data.reading import Reading, bound
from mtdsl.data.shards import Gap, Tokenised, finish, gaps, text_bytes, write
from mtdsl.data.table import read
from mtdsl.data.tokenise import table
from mtdsl.data.tokenizer import Encoder, load
from mtdsl.diag import Refusal
from mtdsl.registry import installed

LINES = [line for line in Path(textwrap.__file__).read_text().splitlines() if line.strip()]


def silent(line: str) -> None:
    """Says nothing."""


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD", 200)
    monkeypatch.setattr(tokenise, "CHARACTERS", 500)


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    (tmp_path / "a.txt").write_text("\n".join(LINES))
    from datakit import source

    return bound(source("a", path="a.txt", document="line"), tmp_path, installed())


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    from mtdsl.data.bpe import train

    folder = tmp_path_factory.mktemp("tokenizer")
    train([lambda: iter(LINES)], 300, folder)
    return load(folder)


class Counting:
    """The tokenizer, and every text that it was given."""

    def __init__(self, encoder: Encoder, most: int | None = None) -> None:
        self._encoder, self._most = encoder, most
        self.texts: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)

    def batch(self, texts: list[str]) -> list[list[int]]:
        if self._most is not None and len(self.texts) >= self._most:
            raise KeyboardInterrupt
        self.texts += texts
        return self._encoder.batch(texts)


@given(st.lists(st.integers(1, 30), max_size=40), st.integers(1, 60))
def test_a_document_lies_in_one_shard_and_every_one_is_there(tmp_path_factory, lengths: list[int], shard: int) -> None:
    folder = tmp_path_factory.mktemp("table")
    documents = [np.full(length, at, np.uint8) for at, length in enumerate(lengths)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD", shard)
        assert write(folder, 0, (Tokenised(one, at, 3) for at, one in enumerate(documents)), np.dtype(np.uint8)) == len(lengths)
    finish(folder)
    made = read(folder)
    assert [made.tokens(at).tolist() for at in range(made.documents)] == [one.tolist() for one in documents]
    assert all(len(one) >= shard for one in made.shards[:-1])
    assert made.hashes.tolist() == list(range(len(lengths)))
    assert text_bytes(folder) == 3 * len(lengths)
    assert gaps(folder) == [Gap(len(lengths), None)]


@pytest.mark.usefixtures("small")
def test_what_was_finished_is_not_tokenised_again(tmp_path: Path, reading: Reading, encoder: Encoder) -> None:
    stopped, rest, whole = Counting(encoder, most=40), Counting(encoder), Counting(encoder)
    with pytest.raises(KeyboardInterrupt):
        table(reading, stopped, tmp_path / "cache", silent)
    (beside,) = (tmp_path / "cache" / "tables").glob(".*.new")
    before = {file.name: file.stat().st_mtime_ns for file in beside.glob("0*")}
    said: list[str] = []
    went_on = table(reading, rest, tmp_path / "cache", said.append)
    assert said == ["tokenising the rest of `a`"]
    finished = max(int(name[:12]) for name in before if name.endswith(".npy"))
    assert 0 < finished < len(LINES) - len(rest.texts) < len(LINES)
    assert {name for name, at in before.items() if (went_on / name).stat().st_mtime_ns == at} >= {
        name for name in before if int(name[:12]) <= finished
    }
    other = table(reading, whole, tmp_path / "other", silent)
    assert same(went_on, other)
    assert whole.texts == LINES


@pytest.mark.usefixtures("small")
def test_only_a_damaged_shard_is_made_again(tmp_path: Path, reading: Reading, encoder: Encoder) -> None:
    folder = table(reading, encoder, tmp_path / "cache", silent)
    copy = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "manifest.jsonl"}
    second, third = sorted(folder.glob("*.uint*"))[1:3]
    second.write_bytes(second.read_bytes()[:-3])
    counting = Counting(encoder)
    assert table(reading, counting, tmp_path / "cache", silent) == folder
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.name != "manifest.jsonl"} == copy
    assert counting.texts == LINES[int(second.name[:12]) : int(third.name[:12])]


@pytest.mark.usefixtures("small")
def test_a_flipped_bit_is_found_where_it_is_looked_for(tmp_path: Path, reading: Reading, encoder: Encoder) -> None:
    folder = table(reading, encoder, tmp_path / "cache", silent)
    copy = {file.name: file.read_bytes() for file in folder.glob("0*")}
    file = sorted(folder.glob("*.uint*"))[1]
    times = file.stat()
    file.write_bytes(bytes([copy[file.name][0] ^ 1]) + copy[file.name][1:])
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert intact(folder)
    table(reading, encoder, tmp_path / "cache", silent, verify=True)
    assert {file.name: file.read_bytes() for file in folder.glob("0*")} == copy


@pytest.mark.parametrize(("vocabulary", "dtype"), [(257, "uint16"), (256, "uint8"), (65_536, "uint16"), (65_537, "uint32")])
def test_the_smallest_type_that_holds_every_id(tmp_path: Path, reading: Reading, encoder: Encoder, vocabulary: int, dtype: str):
    from dataclasses import replace

    few = replace(encoder, vocab=vocabulary, hash=f"{encoder.hash}{vocabulary}", eos=vocabulary - 1)

    class Few:
        def __getattr__(self, name: str) -> object:
            return getattr(few, name)

        def batch(self, texts: list[str]) -> list[list[int]]:
            return [[vocabulary - 1, 0] for _ in texts]

    made = read(table(reading, Few(), tmp_path / "cache", silent))
    assert made.shards[0].dtype == np.dtype(dtype)
    assert made.tokens(3).tolist() == [vocabulary - 1, 0, vocabulary - 1]


def test_a_document_that_no_tokenizer_counts(
    tmp_path: Path, reading: Reading, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
):
    longest = max(map(len, LINES))
    monkeypatch.setattr(tokenise, "LONGEST", longest - 1)
    at = next(at for at, line in enumerate(LINES, 1) if len(line) == longest)
    with pytest.raises(
        Refusal, match=rf"document-too-long: document {at:,} of `a` has {longest} characters, and {longest - 1} is"
    ):
        table(reading, encoder, tmp_path / "cache", silent)


def same(one: Path, other: Path) -> bool:
    first, second = read(one), read(other)
    return first.bounds.tolist() == second.bounds.tolist() and all(
        (first.tokens(at) == second.tokens(at)).all() for at in range(first.documents)
    )


KILLED = """
import sys
from pathlib import Path
from mtdsl.data import shards, tokenise
from mtdsl.data.reading import bound
from mtdsl.data.tokenizer import load
from mtdsl.plan.model import Source
from mtdsl.registry import installed
sys.path[:0] = sys.argv[3:]
from datakit import source
shards.SHARD, tokenise.CHARACTERS = 200, 500
base = Path(sys.argv[1])
reading = bound(source("a", path="a.txt", document="line"), base, installed())
print("ready", flush=True)
print(tokenise.table(reading, load(Path(sys.argv[2])), base / "cache", lambda line: None))
"""


def test_a_kill_at_any_moment_costs_no_more_than_a_shard(tmp_path: Path, reading: Reading, encoder: Encoder) -> None:
    """`kill -9` of the real process, again and again, each later, until it is let end."""
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(encoder.folder), *sys.path]
    random, kept, kills = Random(0), dict[str, tuple[int, int]](), 0
    while True:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            child.wait(random.uniform(0, 0.05) if kills < 6 else None)
        except subprocess.TimeoutExpired:
            os.kill(child.pid, signal.SIGKILL)
            child.wait()
            kills += 1
        for name, found in kept.items():
            (place,) = tmp_path.glob(f"cache/tables/*/{name}") or tmp_path.glob(f"cache/tables/.*/{name}")
            assert (place.stat().st_ino, place.stat().st_mtime_ns) == found
        if child.returncode == 0:
            break
        for beside in tmp_path.glob("cache/tables/.*.new"):
            lines = (beside / "manifest.jsonl").read_text().splitlines() if (beside / "manifest.jsonl").exists() else []
            names = [json.loads(line)["file"] for line in lines if line.endswith("}")]
            kept = {
                name: ((beside / name).stat().st_ino, (beside / name).stat().st_mtime_ns) for name in names if name[:1] == "0"
            }
    (folder,) = tmp_path.glob("cache/tables/[!.]*[!k]")
    assert same(folder, table(reading, encoder, tmp_path / "other", silent))
