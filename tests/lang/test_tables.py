import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtdsl.lang import grammar, tables

PARSE = "from mtdsl.diag import Source; from mtdsl.lang import parse; print(parse(Source('t', 'let a = 1')))"


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "mtdsl"


def python(code):
    """Run `code` in a process of its own, whose parser is not loaded yet."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_second_process_loads_what_the_first_computed(place):
    first = python(PARSE)
    (saved,) = place.iterdir()
    assert saved.name.startswith("grammar-")
    assert "let a" not in first
    said = python(f"import lark.load_grammar as g; g.load_grammar = None; {PARSE}")
    assert said == first
    assert python(f"{PARSE}; import sys; print('lark' in sys.modules)") == f"{first}False\n"
    assert list(place.iterdir()) == [saved]


def test_damaged_tables_are_computed_again(place):
    first = python(PARSE)
    (saved,) = place.iterdir()
    whole = saved.read_bytes()
    saved.write_bytes(whole[: len(whole) // 2])
    assert python(PARSE) == first
    assert saved.read_bytes()[:32] == tables.sha256(saved.read_bytes()[32:]).digest()


def test_a_folder_that_cannot_be_made_is_done_without(place):
    place.parent.joinpath("mtdsl").write_text("a file where the folder should be")
    assert "Let(" in python(PARSE)
    tables.save("name", b"content")
    assert tables.load("name") is None


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_done_without(place):
    place.mkdir(mode=0o500)
    assert "Let(" in python(PARSE)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("kind", ["a file", "a device", "a link to nowhere", "a name too long"])
def test_a_cache_home_that_is_none_is_done_without(tmp_path, monkeypatch, kind):
    home = {"a file": tmp_path / "file", "a device": Path("/dev/null"), "a link to nowhere": tmp_path / "link"}
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("/nowhere/at/all")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home.get(kind, tmp_path / ("x" * 5000))))
    assert "Let(" in python(PARSE)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_what_is_no_file_where_the_tables_should_be_is_done_without(place):
    python(PARSE)
    (saved,) = place.iterdir()
    saved.unlink()
    saved.mkdir()
    assert "Let(" in python(PARSE)
    assert list(place.iterdir()) == [saved]


def test_a_cache_home_must_be_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for relative in ("", "cache", "./cache"):
        monkeypatch.setenv("XDG_CACHE_HOME", relative)
        assert tables.folder() == tmp_path / "home" / ".cache" / "mtdsl"


def test_without_home_and_cache_home_a_process_parses_all_the_same(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
    lost = "import pwd; pwd.getpwuid = dict().__getitem__; "  # as in a container whose user is not listed
    done = subprocess.run(
        [sys.executable, "-c", lost + PARSE], env=kept, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Let(" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_several_processes_at_once_leave_one_whole_file(place):
    running = [subprocess.Popen([sys.executable, "-c", PARSE], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate(timeout=120)[0] for process in running}
    assert len(said) == 1
    assert [process.returncode for process in running] == [0] * 4
    (saved,) = place.iterdir()
    assert tables.load(saved.name)


def test_another_grammar_has_other_tables(place, monkeypatch):
    other = f"// another\n{grammar.text()}"
    for text in (grammar.text(), other, other):
        monkeypatch.setattr(grammar, "text", lambda text=text: text)
        grammar._computed.cache_clear()
        grammar.parser.__wrapped__()
    assert len(list(place.iterdir())) == 2


def test_no_home_is_done_without(place, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(tables.Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("no home")))
    tables.save("name", b"content")
    assert tables.folder() is None
    assert tables.load("name") is None


def test_tables_of_another_user_are_not_loaded(place, monkeypatch):
    tables.save("name", b"content")
    assert tables.load("name") == b"content"
    monkeypatch.setattr(tables.os, "getuid", lambda: 2**31 - 7)
    assert tables.load("name") is None


def test_a_full_disk_leaves_nothing_behind(place, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables.Path, "replace", full)
    tables.save("name", b"content")
    assert list(place.iterdir()) == []


def test_nothing_is_left_beside_the_tables(place):
    tables.save("name", b"first")
    tables.save("name", b"second")
    assert [path.name for path in place.iterdir()] == ["name"]
    assert tables.load("name") == b"second"


def test_importing_the_door_does_not_import_lark():
    assert python("import sys, mtdsl.lang; print('lark' in sys.modules)") == "False\n"


def test_loaded_parser_is_the_computed_one(chain):
    text = chain.read_text()
    assert grammar.parser().parse(text, start="start") == grammar.build(grammar.text()).parse(text, start="start")
