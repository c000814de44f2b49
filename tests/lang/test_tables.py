import os
import subprocess
import sys

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
