import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtdsl.data.entry import ensure, intact, note, noted
from mtdsl.diag import Refusal


class Maker:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> None:
        self.calls += 1
        (folder / "a.bin").write_bytes(bytes(range(200)) * 50)
        (folder / "b.bin").write_bytes(b"b")


def test_made_once(tmp_path: Path):
    make = Maker()
    for _ in range(3):
        assert (ensure(tmp_path / "deep" / "entry", make) / "b.bin").read_bytes() == b"b"
    assert make.calls == 1


@pytest.mark.parametrize("damage", ["cut", "flip", "gone", "manifest"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: str):
    make = Maker()
    folder = ensure(tmp_path / "entry", make)
    whole = (folder / "a.bin").read_bytes()
    if damage == "cut":
        (folder / "a.bin").write_bytes(whole[:-1])
    elif damage == "flip":
        (folder / "a.bin").write_bytes(whole[:100] + b"\xff" + whole[101:])
    elif damage == "gone":
        (folder / "b.bin").unlink()
    else:
        (folder / "manifest.jsonl").write_text('{"a.bin": [10')
    assert not intact(folder)
    ensure(folder, make)
    assert make.calls == 2
    assert (folder / "a.bin").read_bytes() == whole


def test_killed_while_making_leaves_no_entry(tmp_path: Path):
    program = """
import os, sys
from pathlib import Path
from mtdsl.data.entry import ensure
def make(folder):
    (folder / "a.bin").write_bytes(b"half")
    os.kill(os.getpid(), 9)
ensure(Path(sys.argv[1]), make)
"""
    folder = tmp_path / "entry"
    assert subprocess.run([sys.executable, "-c", program, str(folder)], check=False).returncode == -9
    assert not folder.exists()
    make = Maker()
    ensure(folder, make)
    assert make.calls == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["entry", "entry.lock"]


def test_a_cache_that_is_a_file_is_refused(tmp_path: Path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(Refusal, match=r"cache-write: .* cannot be written"):
        ensure(tmp_path / "cache" / "entry", Maker())


class Piecewise:
    """Makes three files, each noted when it is finished; `stops` in the middle of one of them."""

    def __init__(self, stops: int | None = None) -> None:
        self.stops = stops
        self.made: list[str] = []

    def __call__(self, folder: Path) -> None:
        for at, name in enumerate(("0.bin", "1.bin", "2.bin")):
            if name in noted(folder):
                continue
            (folder / name).write_bytes(name.encode() * 100)
            if at == self.stops:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            note(folder, name)
            self.made.append(name)


def test_an_attempt_that_failed_is_gone_on_with(tmp_path: Path):
    folder = tmp_path / "entry"
    with pytest.raises(Refusal, match="No space left"):
        ensure(folder, Piecewise(stops=1), goes_on=True)
    beside = tmp_path / ".entry.new"
    assert sorted(file.name for file in beside.iterdir()) == ["0.bin", "manifest.jsonl"]
    before = (beside / "0.bin").stat()
    again = Piecewise()
    ensure(folder, again, goes_on=True)
    assert again.made == ["1.bin", "2.bin"]
    after = (folder / "0.bin").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert intact(folder, verify=True)
    assert not beside.exists()


def test_an_attempt_that_finished_nothing_leaves_nothing(tmp_path: Path):
    for goes_on in (True, False):
        with pytest.raises(Refusal, match="No space left"):
            ensure(tmp_path / "entry", Piecewise(stops=0), goes_on=goes_on)
        assert [file.name for file in tmp_path.iterdir()] == ["entry.lock"]


def test_of_a_damaged_entry_only_the_damaged_file_is_made_again(tmp_path: Path):
    folder = ensure(tmp_path / "entry", Piecewise(), goes_on=True)
    (folder / "1.bin").write_bytes(b"x" * 500)
    again = Piecewise()
    ensure(folder, again, goes_on=True)
    assert again.made == ["1.bin"]
    assert (folder / "1.bin").read_bytes() == b"1.bin" * 100


def test_a_file_that_was_only_touched_is_read_once_more_and_kept(tmp_path: Path):
    make = Maker()
    folder = ensure(tmp_path / "entry", make)
    os.utime(folder / "a.bin", ns=(1, 1))
    ensure(folder, make)
    assert make.calls == 1
    marks = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines() if line]
    assert [mark["mtime_ns"] for mark in marks if mark["file"] == "a.bin"][-1] == 1


def test_bytes_that_changed_behind_its_back_are_found_when_all_are_read(tmp_path: Path):
    make = Maker()
    folder = ensure(tmp_path / "entry", make)
    was = (folder / "a.bin").stat()
    whole = (folder / "a.bin").read_bytes()
    (folder / "a.bin").write_bytes(b"?" + whole[1:])
    os.utime(folder / "a.bin", ns=(was.st_atime_ns, was.st_mtime_ns))
    assert intact(folder)
    assert not intact(folder, verify=True)
    ensure(folder, make, verify=True)
    assert (folder / "a.bin").read_bytes() == whole
