from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from mtdsl_sources import python_library
from mtdsl_sources.docstrings import docstrings, topics
from mtdsl_sources.python_library import PythonLibrary, module

from mtdsl.diag import Refusal


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(python_library, "library", lambda: tmp_path)
    files = {
        "plain.py": b'"""Plain."""\n',
        "latin.py": b"# -*- coding: latin-1 -*-\nx = 'caf\xe9'\n",
        "broken.py": b"x = 'caf\xe9'\n",
        "idlelib/idle_test/test_x.py": b"t = 1\n",
        "site-packages/p.py": b"s = 1\n",
        "pydoc_data/topics.py": b"topics = {'b': 'about b', 'a': 'about a'}\n",
        "pkg/__init__.py": b"def f():\n    '''Does f.'''\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def texts(part: str) -> list[str]:
    return list(PythonLibrary(part).texts(Path()))  # type: ignore[arg-type]


@pytest.mark.usefixtures("library")
def test_code_is_every_source_that_can_be_read():
    assert texts("code") == [
        "# -*- coding: latin-1 -*-\nx = 'café'\n",
        "def f():\n    '''Does f.'''\n",
        '"""Plain."""\n',
    ]


@pytest.mark.usefixtures("library")
def test_docs_are_docstrings_and_topics():
    assert texts("docs") == ["pkg.f\n\nDoes f.", "plain\n\nPlain.", "about a", "about b"]


def test_tests_are_refused_where_they_are_not_installed(library: Path):
    assert texts("tests") == ["t = 1\n"]
    (library / "idlelib" / "idle_test" / "test_x.py").unlink()
    with pytest.raises(Refusal, match="without its test-suite"):
        texts("tests")


def test_another_python_has_another_fingerprint(library: Path):
    before = {part: PythonLibrary(part).fingerprint(Path()) for part in ("code", "docs")}  # type: ignore[arg-type]
    assert before["code"] != before["docs"]
    (library / "plain.py").write_text("changed\n")
    assert PythonLibrary("code").fingerprint(Path()) != before["code"]


def test_the_real_library_is_read_in_a_fixed_order():
    found = texts("code")
    assert Path(json.__file__).read_text() in found
    assert sum(map(len, found)) > 5_000_000
    assert "site-packages" not in sys.modules


def test_docstrings_are_named_and_cleaned():
    source = '''
"""Module.

    Indented.
"""
class A:
    """Class."""
    if True:
        async def f(self):
            r"""Method \\d."""
'''
    assert docstrings(source, "m") == "m\n\nModule.\n\nIndented.\n\nm.A\n\nClass.\n\nm.A.f\n\nMethod \\d."
    assert docstrings("x = 1", "m") == ""
    assert docstrings("not python (", "m") == ""
    assert list(topics("topics = {'k': 'v'}")) == ["v"]


def test_names_of_modules():
    assert module(Path("json/__init__.py")) == "json"
    assert module(Path("json/decoder.py")) == "json.decoder"
