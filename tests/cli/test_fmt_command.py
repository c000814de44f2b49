import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

UGLY = "recipe a\nphase b{tokens=1B}\n"
FINE = "recipe a\nphase b { tokens = 1B }\n"


@pytest.fixture
def ugly(tmp_path):
    (tmp_path / "ugly.mtr").write_text(UGLY)
    return tmp_path / "ugly.mtr"


def piped(content: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mtdsl", "fmt", "-", *options], input=content, capture_output=True, check=False
    )


def test_it_writes_what_changes_and_says_how_many(mtdsl, ugly, tmp_path):
    (tmp_path / "fine.mtr").write_text(FINE)
    before = (tmp_path / "fine.mtr").stat()
    done = mtdsl("fmt", ugly, "fine.mtr")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "2 recipes: 1 changed\n")
    assert ugly.read_text() == FINE
    assert (tmp_path / "fine.mtr").stat().st_ino == before.st_ino  # not even rewritten
    assert mtdsl("fmt", ugly).stderr == "1 recipe: none changed\n"


def test_check_names_what_would_change_and_writes_nothing(mtdsl, ugly):
    done = mtdsl("fmt", "--check", "ugly.mtr")
    assert (done.returncode, done.stdout, done.stderr) == (1, "ugly.mtr\n", "1 recipe: 1 would change\n")
    assert ugly.read_text() == UGLY
    ugly.write_text(FINE)
    assert mtdsl("fmt", "--check", "ugly.mtr").returncode == 0


def test_diff_is_one_that_patch_applies(mtdsl, ugly, tmp_path):
    ugly.write_text(UGLY.rstrip("\n"))
    done = mtdsl("fmt", "--diff", "ugly.mtr")
    assert done.returncode == 1
    assert ugly.read_text() == UGLY.rstrip("\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    patch = done.stdout.replace("--- ugly.mtr (before)", "--- a/ugly.mtr").replace("+++ ugly.mtr (after)", "+++ b/ugly.mtr")
    subprocess.run(["git", "apply"], cwd=tmp_path, input=patch, text=True, check=True)
    assert ugly.read_text() == FINE


def test_folders_are_searched_hidden_ones_left_out(mtdsl, tmp_path):
    for place in ("one.mtr", "sub/two.mtr", ".hidden/three.mtr", "sub/four.txt"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(UGLY)
    assert mtdsl("fmt", ".", "one.mtr").stderr == "2 recipes: 2 changed\n"
    assert [(tmp_path / place).read_text() for place in (".hidden/three.mtr", "sub/four.txt")] == [UGLY, UGLY]


def test_a_broken_recipe_is_left_alone_and_the_others_are_done(mtdsl, ugly, tmp_path):
    (tmp_path / "broken.mtr").write_text("phase  b{tokens=1B\n")
    done = mtdsl("fmt", "broken.mtr", "ugly.mtr", "missing.mtr")
    assert done.returncode == 1
    assert "error[unclosed-bracket]" in done.stderr
    assert "cannot read `missing.mtr`" in done.stderr
    assert ugly.read_text() == FINE
    assert (tmp_path / "broken.mtr").read_text() == "phase  b{tokens=1B\n"


def test_standard_input_goes_to_standard_output():
    assert piped(UGLY.encode()).stdout == FINE.encode()
    assert piped(FINE.encode()).stdout == FINE.encode()
    broken = piped(b"phase {")
    assert (broken.returncode, broken.stdout) == (1, b"")
    assert b"--> <stdin>:1:1" in broken.stderr
    assert piped(UGLY.encode(), "--check").returncode == 1
    assert piped(FINE.encode(), "--check").returncode == 0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (UGLY.replace("\n", "\r\n"), FINE.replace("\n", "\r\n")),
        ("recipe a\r\nphase b{tokens=1B}\n", FINE.replace("\n", "\r\n")),
        ("recipe a\nphase b{tokens=1B}\r\n", FINE),
        ("recipe a\rphase b{tokens=1B}\r", FINE),
        ("\ufeff" + FINE, FINE),
        (UGLY.rstrip("\n"), FINE),
    ],
    ids=["CRLF stays", "as the first line", "as the first line too", "CR alone goes", "a BOM goes", "the last newline"],
)
def test_lines_end_as_the_first_one(given, wanted):
    assert piped(given.encode()).stdout == wanted.encode()


def test_links_and_modes_stay(mtdsl, ugly, tmp_path):
    ugly.chmod(0o640)
    (tmp_path / "link.mtr").symlink_to("ugly.mtr")
    assert mtdsl("fmt", "link.mtr").returncode == 0
    assert (tmp_path / "link.mtr").is_symlink()
    assert ugly.read_text() == FINE
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link.mtr", "ugly.mtr"]


def test_what_cannot_be_written_is_said(monkeypatch, capsys, ugly):
    from mtdsl.cli import main

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert main(["fmt", str(ugly)]) == 1
    assert "cannot be written: No space left on device" in capsys.readouterr().err
    assert ugly.read_text() == UGLY
    assert os.listdir(ugly.parent) == ["ugly.mtr"]


def test_one_that_cannot_be_written_does_not_stop_the_others(mtdsl, ugly, tmp_path):
    kept = tmp_path / "a.mtr"
    kept.write_text(UGLY)
    kept.chmod(0o444)
    done = mtdsl("fmt", "a.mtr", "ugly.mtr")
    assert (done.returncode, "2 recipes: 1 changed" in done.stderr) == (1, True)
    assert "error[cannot-write]: `a.mtr` cannot be written: it is read-only" in done.stderr
    assert (kept.read_text(), ugly.read_text()) == (UGLY, FINE)


def test_what_was_changed_meanwhile_is_left_alone(monkeypatch, capsys, ugly):
    from mtdsl.cli import fmt

    laid_out = fmt.formatted

    def meanwhile(source):
        ugly.write_text(UGLY.replace("a", "other"))
        return laid_out(source)

    monkeypatch.setattr(fmt, "formatted", meanwhile)
    assert fmt.fmt([ugly]) == 1
    assert "was changed meanwhile" in capsys.readouterr().err
    assert ugly.read_text() == UGLY.replace("a", "other")


def test_a_layout_that_would_say_something_else_is_an_internal_error(monkeypatch, capsys, ugly):
    from mtdsl.cli import main

    monkeypatch.setattr("mtdsl.lang.format.layout.laid_out", lambda lines: "recipe a\n")
    monkeypatch.setattr("tempfile.tempdir", str(ugly.parent))
    assert main(["fmt", str(ugly)]) == 2
    assert "would change its tokens" in capsys.readouterr().err
    assert ugly.read_text() == UGLY


def test_no_recipe_is_wrong_use(mtdsl):
    assert mtdsl("fmt").returncode == 2
