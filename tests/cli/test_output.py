"""A file that a command writes: replaced whole, and still the same kind of file."""

import os
import stat
import threading

import pytest

from mtdsl.cli.output import replace
from mtdsl.diag import Refusal


def test_a_new_file_has_the_mode_that_the_umask_says(tmp_path):
    mask = os.umask(0o027)
    try:
        replace(tmp_path / "new", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_name_as_long_as_names_may_be_is_replaced(tmp_path):
    path = tmp_path / ("n" * 250)
    path.write_bytes(b"old")
    replace(path, b"new")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"new", [path.name])


def test_a_name_that_is_too_long_is_refused(tmp_path):
    with pytest.raises(Refusal, match="cannot be written: File name too long"):
        replace(tmp_path / ("n" * 300), b"new")


def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    replace(pipe, b"content")
    reader.join(10)
    assert read == [b"content"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_file_with_two_names_keeps_both(tmp_path):
    (tmp_path / "one").write_bytes(b"old, and longer")
    (tmp_path / "two").hardlink_to(tmp_path / "one")
    replace(tmp_path / "one", b"new")
    assert (tmp_path / "two").read_bytes() == b"new"
    assert (tmp_path / "two").samefile(tmp_path / "one")


def test_a_read_only_file_is_left_alone(tmp_path):
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(Refusal, match="cannot be written: it is read-only"):
        replace(path, b"new")
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"old", ["kept"])


def test_an_interruption_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    (tmp_path / "kept").write_bytes(b"old")
    monkeypatch.setattr("pathlib.Path.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace(tmp_path / "kept", b"new")
    assert ((tmp_path / "kept").read_bytes(), os.listdir(tmp_path)) == (b"old", ["kept"])
