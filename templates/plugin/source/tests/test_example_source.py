"""The suite that mtdsl's own sources pass, and what is wrong with a file said to its owner."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import pytest
from example_source.example_source import ExampleSource

from mtdsl.diag import Refusal
from mtdsl.testing import SourceSuite


class TestExampleSource(SourceSuite):
    """Documents in a fixed order, and a fingerprint of their content."""

    technique = "example_source"
    examples = ({"path": '"*.csv"'}, {"path": '"a.csv"', "column": '"title"'})
    files: ClassVar[Mapping[str, str]] = {
        "a.csv": 'title,text\none,a text\ntwo,"another, with a comma"\n',
        "b.csv": "text\nmore\n",
    }
    others: ClassVar[Mapping[str, str]] = {"a.csv": "title,text\none,other\n", "b.csv": "text\nmore\n"}


def test_a_row_is_a_document(tmp_path: Path) -> None:
    """Quoted commas and line ends belong to the text; an empty one is no document."""
    (tmp_path / "a.csv").write_text('text,kind\n"one, and\ntwo",x\n,y\nthree,z\n')
    assert list(ExampleSource("a.csv").texts(tmp_path)) == ["one, and\ntwo", "three"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"kind\nx\n", "has no column `text`; it has `kind`"), (b"text\n\xff\n", "is not UTF-8")]
)
def test_a_wrong_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    """By its name, and in words."""
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(Refusal, match=said):
        list(ExampleSource("a.csv").texts(tmp_path))


def test_no_file_is_refused(tmp_path: Path) -> None:
    """A pattern that matches nothing."""
    with pytest.raises(Refusal, match=r"no file matches `\*.csv`"):
        ExampleSource("*.csv").fingerprint(tmp_path)
