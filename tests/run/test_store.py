"""The store: complete folders only, damage found and named, killed writers swept."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from mtdsl.run.store import Point, Store


def point(key="a" * 64, full=True, tokens=10):
    return Point(key, tokens, full, "result", "trunk", "toy")


def put(store, at=None, data=b"weights" * 1000):
    at = at or point()
    with store.draft(at) as draft:
        (draft.folder / "model.bin").write_bytes(data)
        (draft.folder / "state.json").write_text(json.dumps({"step": 3}))
    found = store.find(at.key, full=at.full)
    assert found
    return found


def test_a_checkpoint_comes_back_as_it_was(tmp_path):
    store = Store(tmp_path / "store")
    stored = put(store)
    assert stored.point == point()
    assert stored.state() == {"step": 3}
    assert stored.damage() is None
    assert set(stored.files) == {"model.bin", "state.json"}
    assert [path.name for path in store.root.iterdir() if path.name != ".lock"] == ["a" * 64]


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "6,999 bytes instead of 7,000"),
        (lambda path: path.write_bytes(b"W" + path.read_bytes()[1:]), "hash differs"),
        (lambda path: path.unlink(), "is missing"),
    ],
)
def test_damage_is_found_and_named(tmp_path, break_it, said):
    stored = put(Store(tmp_path))
    break_it(stored.folder / "model.bin")
    assert "model.bin" in stored.damage()
    assert said in stored.damage()


def test_a_folder_without_a_manifest_is_no_checkpoint(tmp_path):
    store = Store(tmp_path)
    stored = put(store)
    (stored.folder / "manifest.json").write_text('{"format": 1, "poi')
    assert store.find(stored.point.key, full=True) is None
    assert store.unreadable() == [stored.folder]
    assert store.set_aside(stored.folder).name.startswith(".broken-")
    assert store.unreadable() == []
    assert put(store).damage() is None


def test_weights_alone_do_not_serve_who_needs_all(tmp_path):
    store = Store(tmp_path)
    put(store, point(full=False))
    assert store.find("a" * 64, full=True) is None
    assert store.find("a" * 64, full=False)
    put(store, point(full=True))
    assert store.find("a" * 64, full=False).point.full


def test_what_is_published_is_never_written_over(tmp_path):
    store = Store(tmp_path)
    put(store, data=b"first")
    assert (put(store, data=b"second").folder / "model.bin").read_bytes() == b"first"


def test_a_failure_while_writing_leaves_nothing(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(IsADirectoryError), store.draft(point()) as draft:
        (draft.folder / "part").mkdir()
    assert store.find("a" * 64, full=True) is None
    assert not list(tmp_path.glob(".tmp-*"))


def test_a_dropped_checkpoint_is_gone(tmp_path):
    store = Store(tmp_path)
    store.drop(put(store))
    assert store.everything() == []
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


WRITER = """
    import sys, time
    from pathlib import Path
    from mtdsl.run.store import Point, Store
    with Store(Path(sys.argv[1])).draft(Point("b" * 64, 1, True, "result", "x", "y")) as draft:
        (draft.folder / "half.bin").write_bytes(b"half")
        print("writing", flush=True)
        time.sleep(60)
"""


def test_leftovers_are_swept_when_their_writer_is_dead_and_only_then(tmp_path):
    store = Store(tmp_path)
    writer = subprocess.Popen([sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert writer.stdout.readline() == b"writing\n"
        assert store.sweep() == []
        assert len(list(tmp_path.glob(".tmp-*"))) == 1
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
    assert len(store.sweep()) == 1
    assert not list(tmp_path.glob(".tmp-*"))
    assert store.find("b" * 64, full=True) is None


FULL = """
    import resource, signal, sys
    from pathlib import Path
    from mtdsl.diag import Refusal
    from mtdsl.run.store import Point, Store
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
    import torch
    from mtdsl.run import dcp
    try:
        with Store(Path(sys.argv[1])).draft(Point("c" * 64, 1, True, "result", "x", "y")) as draft:
            draft.prints.update(dcp.write(draft.folder, {"model.w": torch.zeros(1 << 18)}))
    except Refusal as refusal:
        print(refusal.diagnostics[0].id, refusal.diagnostics[0].help)
"""


def test_no_room_is_a_refusal_and_earlier_checkpoints_stay(tmp_path):
    store = Store(tmp_path)
    stored = put(store)
    ran = subprocess.run([sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path)], capture_output=True, text=True)
    assert "disk-full" in ran.stdout, ran.stderr
    assert "run the same command again" in ran.stdout
    assert stored.damage() is None
    assert not list(tmp_path.glob(".tmp-*"))
