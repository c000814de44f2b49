import pytest

from mtdsl.diag import Report, Source, Span
from mtdsl.lang import files


def test_a_file_longer_than_any_recipe_is_named_without_being_read_whole(tmp_path):
    (tmp_path / "corpus.mtr").write_bytes(b"# text\n" * (files.LARGEST // 7 + 1))
    report = Report()
    assert files.read(tmp_path / "corpus.mtr", "corpus.mtr", None, report) is None
    assert [(one.id, one.message) for one in report] == [("file-too-large", "`corpus.mtr` is larger than 1 MB")]


def span():
    source = Source("r.mtr", 'use "x.mtr"')
    return Span(source, 4, 11)


def named(report):
    return [one.id for one in report]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"let a = 1\0", "let a = 1".encode("utf-16")])
def test_what_is_no_text_is_named(tmp_path, content):
    (tmp_path / "r.mtr").write_bytes(content)
    report = Report()
    assert files.read(tmp_path / "r.mtr", "r.mtr", None, report) is None
    assert named(report) == ["not-text"]


@pytest.mark.parametrize("name", ["", "missing.mtr", "a" * 5000, "nul\0.mtr"])
def test_what_is_no_file_is_named(tmp_path, name):
    report = Report()
    assert files.read(tmp_path / name, name, span(), report) is None
    assert named(report) == ["file-unreadable"]


def test_lines_end_in_one_way_and_a_mark_is_no_text(tmp_path):
    (tmp_path / "r.mtr").write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\rc = 3\n")
    source = files.read(tmp_path / "r.mtr", "r.mtr", None, Report())
    assert source is not None
    assert source.text == "a = 1\nb = 2\nc = 3\n"


@pytest.mark.parametrize(
    ("target", "id"),
    [("../x.mtr", "outside-project"), ("loop.mtr", "file-unreadable"), ("nul\0.mtr", "file-unreadable"), ("y.mtr", None)],
)
def test_a_file_is_looked_for_inside_the_project(tmp_path, target, id):
    project = tmp_path.resolve() / "project"
    project.mkdir()
    (project / "loop.mtr").symlink_to(project / "loop.mtr")
    report = Report()
    place = files.inside(project / target, project / "r.mtr", span(), report)
    assert named(report) == ([] if id is None else [id])
    assert place == (project / "y.mtr" if id is None else None)
