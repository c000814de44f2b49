"""`mtdsl check --fix` on files, as a user runs it."""

import os
import shutil
import stat
from collections import Counter
from pathlib import Path

import pytest

import mtdsl.plan
from mtdsl.plan.examples import cases, id_of

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
    assert "\ntransition p -> q { optimizer = reset, lr = restart }\nflow p -> q\n" in path.read_text()


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


def test_a_file_that_cannot_be_written_is_said_so_and_the_others_are_mended(mtdsl, recipe):
    kept = recipe(BROKEN, "p.mtr")
    kept.chmod(0o444)
    path = recipe(HEAD.replace('"a.txt"', "'a.txt'") + 'use "p.mtr"\nflow p\n')
    done = mtdsl("check", "--fix", "r.mtr")
    assert done.returncode == 1
    assert "error[cannot-write]: `p.mtr` cannot be written: it is read-only" in done.stdout
    assert done.stderr.startswith('fixed r.mtr:4: write `"a.txt"` (other-quotes)\n')
    assert done.stderr.count("fixed ") == 1
    assert (kept.read_text(), path.read_text().startswith(HEAD)) == (BROKEN, True)


def test_a_file_that_was_changed_meanwhile_is_left_alone(monkeypatch, tmp_path):
    from mtdsl.cli import fixing

    path = tmp_path / "r.mtr"
    path.write_text(HEAD + BROKEN)
    other = (HEAD + BROKEN).replace("a toy", "atoy ")  # of the same length
    real = fixing.rewritten
    monkeypatch.setattr(fixing, "rewritten", lambda *given: [path.write_text(other), real(*given)][1])
    done, refused = fixing.fix(path, None, unsafe=False)
    assert (done, [one.id for one in refused]) == ((), ["cannot-write"])
    assert path.read_text() == other


def proposing(monkeypatch, path, *fixes):
    """Every reading of `path` finds warnings whose fixes replace the first words of `fixes`, where they are, by the second."""
    from mtdsl.diag import Diagnostic, Fix, Report, Span
    from mtdsl.lang import files

    real = mtdsl.plan.compile

    def compile(recipe, *given):
        plan, found = real(recipe, *given)
        source = files.read(path, str(path), None, Report())
        spans = [(Span(source, at, at + len(old)), new) for old, new in fixes if (at := source.text.find(old)) >= 0]
        return plan, (*found, *(Diagnostic(f"to-{new}", "warning", "m", fix=Fix.write(span, new)) for span, new in spans))

    monkeypatch.setattr("mtdsl.plan.compile", compile)


@pytest.mark.parametrize("spoilt", [("recipe", "recip ="), ("lr", "rl"), ("mix = a", "mix = b")])
def test_a_fix_that_would_read_or_plan_worse_is_left_alone(monkeypatch, tmp_path, spoilt):
    from mtdsl.cli import fixing

    path = tmp_path / "r.mtr"
    path.write_text(HEAD + MENDED)
    proposing(monkeypatch, path, spoilt, ("toy", "game"))
    done, refused = fixing.fix(path, None, unsafe=False)
    assert ([one.id for one in done], refused) == (["to-game", "to-game"], ())
    assert path.read_text() == (HEAD + MENDED).replace("toy", "game")


def test_the_mend_of_a_mistake_is_no_mistake_itself(monkeypatch, tmp_path):
    from mtdsl.cli import fixing

    path = tmp_path / "r.mtr"
    path.write_text(HEAD + BROKEN)
    proposing(monkeypatch, path, ("mix = a", "mix = b"))
    assert [one.id for one in fixing.fix(path, None, unsafe=False)[0]] == ["other-arrow", "unknown-plugin"]
    assert path.read_text() == HEAD + MENDED


def test_a_name_in_quotes_is_mended_without_them_and_a_text_with_double_ones(mtdsl, recipe):
    quoted = "phase p { tokens = 25_600, batch = 1 x 256, context = 256, lr = 1e-3 -> 0 by 'linear', mix = 'a', cite = 'b' }\n"
    path = recipe(HEAD.replace('"a.txt"', "'a.txt'") + f"optimizer = 'adamw'\n{quoted}")
    done = mtdsl("check", "--fix", "r.mtr")
    assert (done.returncode, done.stderr.count("(other-quotes)")) == (0, 5)
    assert path.read_text() == HEAD + "optimizer = adamw\n" + quoted.replace("'b'", '"b"').replace("'", "")


def test_names_in_double_quotes_are_mended_too(mtdsl, recipe):
    quoted = 'phase p { tokens = 25_600, batch = 1 x 256, context = 256, lr = 1e-3 -> 0 by "linear", mix = "a" }\n'
    path = recipe(f'{HEAD}optimizer = "adamw"\n{quoted}')
    done = mtdsl("check", "--fix", "r.mtr")
    assert (done.returncode, done.stderr.count("fixed ")) == (0, 3)
    assert path.read_text() == HEAD + "optimizer = adamw\n" + quoted.replace('"', "")


def test_a_fix_that_would_not_be_made_is_not_offered(mtdsl, recipe):
    path = recipe(HEAD + BROKEN.replace("=> 0 by liner", "-> 0") + "optimizer = 'adamm'\n")
    for options in ((), ("--fix",), ("--unsafe-fixes",)):
        done = mtdsl("check", *options, "r.mtr")
        assert ("fix" in done.stdout, done.stderr.splitlines()[0]) == (False, "1 recipe checked: 1 error")
    assert "'adamm'" in path.read_text()


def test_many_fixes_are_made_beside_one_that_cannot_be(monkeypatch, tmp_path):
    from mtdsl.cli import fixing

    path = tmp_path / "r.mtr"
    path.write_text(HEAD + MENDED)
    good = [("toy", "game"), ("1e-3", "2e-3"), ("a.txt", "b.txt")]
    proposing(monkeypatch, path, good[0], ("mix = a", "mix = b"), *good[1:])
    done, _ = fixing.fix(path, None, unsafe=False)
    assert {one.id for one in done} == {f"to-{new}" for _, new in good}


@pytest.mark.parametrize("unsafe", [False, True])
def test_what_check_offers_is_what_is_made(tmp_path, monkeypatch, unsafe):
    from mtdsl.cli.fixing import fix
    from mtdsl.cli.trying import offered

    made = 0
    shutil.copytree(next(cases()).parent, tmp_path / "all")
    for case in cases():
        monkeypatch.chdir(tmp_path / "all" / (id_of(case) if case.name == "recipe.mtr" else ""))
        recipe = Path(case.name)
        found = mtdsl.plan.compile(recipe)[1]
        if all(one.fix is None for one in found):
            continue
        fixes = [(one.id, one.fix) for one in offered(recipe, None, found) if one.fix and (unsafe or one.fix.safe)]
        wanted = Counter((id, fix.title, fix.changes[0].span) for id, fix in fixes)
        done = Counter((one.id, one.title, one.where) for one in fix(recipe, None, unsafe=unsafe)[0])
        first = {(one.id, one.fix.title, one.fix.changes[0].span) for one in found if one.fix}
        assert wanted == Counter({key: count for key, count in done.items() if key in first}), id_of(case)
        made += sum(wanted.values())
    assert made > 20 + 15 * unsafe
