"""`mtdsl check --fix` on files, as a user runs it."""

import os
import stat

import pytest

HEAD = """\
recipe toy "a toy"
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a = text(path = "a.txt")
"""
BROKEN = "phase p { tokens = 25_600 , batch = 1 x 256, context = 256, lr = 1e-3 => 0 by liner, mix = a }\n"
MENDED = BROKEN.replace("=> 0 by liner", "-> 0 by linear")
JUMP = (
    BROKEN.replace("=> 0 by liner", "-> 0")
    + "phase q like p { lr = 1e-3 -> 0, optimizer = adamw(weight_decay = 0.1) }\nflow p -> q\n"
)


@pytest.fixture
def recipe(tmp_path):
    def work(text, name="r.mtr"):
        (tmp_path / name).write_bytes(text.encode())
        return tmp_path / name

    return work


def test_safe_fixes_are_made_and_told_one_uncovering_the_next(mtdsl, recipe):
    path = recipe(HEAD + BROKEN)
    done = mtdsl("check", "--fix", "r.mtr")
    assert path.read_text() == HEAD + MENDED
    assert done.stderr.splitlines() == [
        "fixed r.mtr:5: write `->` (other-arrow)",
        "fixed r.mtr:5: write `linear` (unknown-plugin)",
        "1 recipe checked: no problems",
    ]
    assert (done.returncode, done.stdout) == (0, "")


def test_without_the_option_nothing_is_written(mtdsl, recipe):
    path = recipe(HEAD + BROKEN)
    done = mtdsl("check", "r.mtr")
    assert path.read_text() == HEAD + BROKEN
    assert done.stderr == "1 recipe checked: 1 error; 1 can be mended with `--fix`\n`mtdsl explain other-arrow` says more\n"


def test_unsafe_ones_are_made_where_asked_for(mtdsl, recipe):
    path = recipe(HEAD + JUMP)
    done = mtdsl("check", "--fix", "r.mtr")
    assert path.read_text() == HEAD + JUMP
    assert "1 can be mended with `--unsafe-fixes`" in done.stderr
    mtdsl("check", "--unsafe-fixes", "r.mtr")
    assert "\ntransition p -> q { lr = restart }\nflow p -> q\n" in path.read_text()


def test_used_files_are_mended_too_and_keep_their_lines_and_modes(mtdsl, recipe, tmp_path):
    path = recipe((BROKEN + "# end").replace("\n", "\r\n"), "p.mtr")
    path.chmod(0o640)
    recipe(f'{HEAD}use "p.mtr"\nflow p\n')
    done = mtdsl("check", "--fix", "r.mtr")
    assert path.read_bytes().startswith(MENDED.replace("\n", "\r\n").encode()), done.stderr
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.suffix != ".traceback") == ["p.mtr", "r.mtr"]


def test_a_file_outside_the_project_is_never_touched(mtdsl, recipe, tmp_path):
    (tmp_path / "project").mkdir()
    outside = recipe(BROKEN, "p.mtr")
    recipe(f'{HEAD}use "../p.mtr"\nflow p\n', "project/r.mtr")
    done = mtdsl("check", "--fix", "--format", "concise", "project/r.mtr")
    assert "outside-project" in done.stdout
    assert outside.read_text() == BROKEN


def test_what_was_typed_is_not_written_anywhere(mtdsl, recipe):
    path = recipe(f"{HEAD}param n = 25_600\n{MENDED.replace('25_600', 'n')}")
    before = path.read_bytes()
    done = mtdsl("check", "--fix", "--set", "n=5 B", "r.mtr")
    assert (done.returncode, path.read_bytes()) == (1, before)
    assert "detached-suffix" in done.stdout


def test_a_file_that_cannot_be_written_is_said_so(mtdsl, recipe, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    recipe(HEAD + BROKEN)
    tmp_path.chmod(0o500)
    done = mtdsl("check", "--fix", "r.mtr")
    tmp_path.chmod(0o700)
    assert done.returncode == 1
    assert "cannot-write" in done.stderr


def test_a_fix_that_would_read_worse_is_left_alone(monkeypatch, tmp_path):
    from mtdsl.cli import fixing
    from mtdsl.diag import Diagnostic, Fix, Source, Span

    text = HEAD + MENDED
    path = tmp_path / "r.mtr"
    path.write_text(text)
    source = Source(str(path), text)
    spoils = Diagnostic("x", "error", "m", fix=Fix.write(Span(source, 0, 6), "recip ="))
    helps = Diagnostic("y", "error", "m", fix=Fix.write(Span(source, 7, 10), "game"))
    findings = iter([(None, (spoils, helps)), (None, (spoils,))])
    monkeypatch.setattr("mtdsl.plan.compile", lambda *_: next(findings))
    assert [one.id for one in fixing.fix(path, None, unsafe=False)] == ["y"]
    assert path.read_text() == text.replace("recipe toy", "recipe game")
