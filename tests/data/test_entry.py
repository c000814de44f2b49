import subprocess
import sys
from pathlib import Path

import pytest

from mtdsl.data.entry import ensure, intact
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
        (folder / "manifest.json").write_text('{"a.bin": [10')
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
