from mtdsl.diag import Report
from mtdsl.lang import files


def test_a_file_longer_than_any_recipe_is_named_without_being_read_whole(tmp_path):
    (tmp_path / "corpus.mtr").write_bytes(b"# text\n" * (files.LARGEST // 7 + 1))
    report = Report()
    assert files.read(tmp_path / "corpus.mtr", "corpus.mtr", None, report) is None
    assert [(one.id, one.message) for one in report] == [("file-too-large", "`corpus.mtr` is larger than 1 MB")]
