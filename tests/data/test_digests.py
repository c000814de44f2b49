"""Digests that are remembered are those of the bytes that are there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mtdsl.data import digests

OLD = 1_000_000_000_000_000_000
"""Nanoseconds of a day long ago."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every file is large enough to be worth a note, and has settled."""
    monkeypatch.setenv("MTDSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(digests, "WORTH", 1)
    monkeypatch.setattr(digests, "SETTLED", -1)
    return tmp_path / "cache" / "digests"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "a").write_bytes(b"some content")
    return tmp_path / "a"


def read_anew(file: Path, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether its bytes are read once more."""
    read: list[Path] = []
    with monkeypatch.context() as patched:
        hashed = digests._hashed
        patched.setattr(digests, "_hashed", lambda path: read.append(path) or hashed(path))
        digests.sha256(file)
    return bool(read)


def test_a_digest_is_that_of_hashlib_and_kept(cache: Path, file: Path, monkeypatch: pytest.MonkeyPatch):
    wanted = hashlib.sha256(b"some content").digest()
    assert digests.sha256(file) == wanted
    assert not read_anew(file, monkeypatch)
    assert digests.sha256(file) == wanted
    assert [note.suffix for note in cache.iterdir()] == [""]


@pytest.mark.usefixtures("cache")
def test_whatever_is_done_to_a_file_it_is_read_again(file: Path, monkeypatch: pytest.MonkeyPatch):
    def written():
        file.write_bytes(b"more")

    def same_size_and_time():
        at = file.stat()
        file.write_bytes(b"tnetnoc emos"[: at.st_size])
        os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))

    def replaced():
        (file.parent / "b").write_bytes(file.read_bytes())
        os.replace(file.parent / "b", file)

    for change in (written, same_size_and_time, replaced):
        digests.sha256(file)
        change()
        assert read_anew(file, monkeypatch)
        assert digests.sha256(file) == hashlib.sha256(file.read_bytes()).digest()


def test_a_note_that_is_damaged_or_cannot_be_written_costs_only_time(cache: Path, file: Path):
    wanted = digests.sha256(file)
    (note,) = cache.iterdir()
    for damage in ("", "{}", "[1]", '{"stamp": 1, "sha256": "zz"}'):
        note.write_text(damage)
        assert digests.sha256(file) == wanted
    note.unlink()
    cache.rmdir()
    cache.write_text("a file where the folder should be")
    assert digests.sha256(file) == wanted


def test_what_is_small_or_still_being_written_is_not_noted(cache: Path, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(digests, "SETTLED", 2_000_000_000)
    digests.sha256(file)
    assert not cache.exists()
    monkeypatch.setattr(digests, "SETTLED", -1)
    monkeypatch.setattr(digests, "WORTH", 1 << 24)
    digests.sha256(file)
    assert not cache.exists()
