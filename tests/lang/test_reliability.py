"""What no recipe should be, each in a process of its own: a diagnostic within 2 seconds of processor time and 500 MB."""

import os
import resource
import subprocess
import sys

import pytest

MEMORY = 500 * 2**20
SECONDS = 2
HEAD = """\
recipe r
model = llama(layers = 1, width = 32, heads = 2)
tokenizer = bpe(vocab = 512)
data a { tokens = 1T }
"""
PHASE = "phase p { steps = 2, batch = 1 x 256, context = 256, lr = 1e-3, mix = a }\n"
REST = "steps = 1, batch = 1 x 256, lr = 1e-3, mix = a"
MANY = 10_000
THOUSAND = ", ".join(map(str, range(1000)))
LADDER = THOUSAND.replace(",", " ->")


def limited(path):
    """`mtdsl check` on a file; (exit code, ids, what was said on stderr)."""

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-m", "mtdsl", "check", "--format", "concise", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit, timeout=60)
    ids = [line.partition("error[")[2].partition("]")[0] for line in done.stdout.splitlines() if "error[" in line]
    return done.returncode, ids, done.stderr


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("# 0123456789\n" * 800_000, "file-too-large"),
        ("x" * 10_000_000, "file-too-large"),
        (f"let b = {'(' * MANY}1{')' * MANY}\n", "too-deep"),
        (f"let b = {'[' * MANY}1{']' * MANY}\n", "too-deep"),
        (f"mix m = a {'with { a = b ' * MANY}{'}' * MANY}\n", "too-deep"),
        (f"let b = {'(' * MANY}\n", "too-deep"),
        (f"let b = {'-' * MANY}1\n", "too-deep"),
        (f"check {'not ' * MANY}1 < 2\n", "too-deep"),
        (f"let b = {'.'.join('a' * MANY)}\nphase q {{ {REST.replace('1e-3', 'b')} }}\nflow p -> q\n", "unknown-name"),
        (f"check {' + '.join(['1'] * MANY)} < 2\n", "check-failed"),
        (f"check {' or '.join(['2 < 1'] * MANY)}\n", "check-failed"),
        (f"mix b = {' + '.join(['1% * a'] * 2000)}\nphase q {{ {REST.replace('mix = a', 'mix = b')} }}\nflow p -> q\n",
         "mix-not-100"),
        (f"merge b = {' + '.join(['1% * p'] * 2000)}\nflow p -> b\n", "mix-not-100"),
        (f"phase q for i in [{THOUSAND}] for j in [{THOUSAND}] {{ {REST} }}\nflow p -> q\n", "too-many-members"),
        (f"phase q for i in {LADDER} for j in [{THOUSAND}] {{ {REST} }}\nflow p -> q\n", "too-many-members"),
        ("let \0 = 1\n", "not-text"),
        (b"\xff\xfe", "not-text"),
        (PHASE.encode("utf-16"), "not-text"),
        ("let b = 1e999999\n", "number-too-large"),
        ("let b = 1e-999999\n", "number-too-large"),
        (f"let b = {'9' * 100_000}\n", "number-too-large"),
        (f"let b = 1e{'9' * 100_000}\n", "number-too-large"),
        (f"phase q {{ {REST.replace('1e-3', '1e300 * 1e300')} }}\nflow p -> q\n", "number-too-large"),
        (f"let {'b' * 500_000} = \n", "missing-value"),
        (f'check p.tokens < 1 "{"b" * 500_000}"\n', "check-failed"),
        (f"let b = 1{' ' * 500_000}}}\n", "unopened-bracket"),
        (f"{'}{' * 200_000}\n", "unopened-bracket"),
        ('"' * 500_000, ""),
        ("\n" * 900_000 + "let b =", "missing-value"),
        ("## doc\n" * 15_000 + "let b =", "missing-value"),
        ("let b = \n" * 90_000, "missing-value"),
    ],
    ids=lambda value: ascii(value)[:40],
)  # fmt: skip
def test_a_text_that_no_one_writes_is_a_diagnostic(tmp_path, text, id):
    content = text if isinstance(text, bytes) else (HEAD + PHASE + text).encode()
    (tmp_path / "r.mtr").write_bytes(content)
    code, ids, said = limited(tmp_path / "r.mtr")
    assert code == 1, said
    assert set(ids) == {id} if id else len(ids) == 1
    assert "internal error" not in said


def test_a_circle_of_files(tmp_path):
    (tmp_path / "r.mtr").write_text(HEAD + 'use "b.mtr"\n' + PHASE)
    (tmp_path / "b.mtr").write_text('use "c.mtr"\n')
    (tmp_path / "c.mtr").write_text('use "b.mtr"\n')
    assert limited(tmp_path / "r.mtr")[:2] == (1, ["import-cycle"])


@pytest.mark.parametrize("path", ["/etc/hostname", "../x.mtr", "data/../../x.mtr", "link.mtr", "~/x.mtr/../../../.."])
def test_a_file_outside_the_project(tmp_path, path):
    (tmp_path / "x.mtr").write_text("data x { tokens = 1B }\n")
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "link.mtr").symlink_to(tmp_path / "x.mtr")
    (project / "r.mtr").write_text(f'{HEAD}use "{path}"\n{PHASE}')
    assert limited(project / "r.mtr")[:2] == (1, ["outside-project"])


@pytest.mark.parametrize("marker", ["pyproject.toml", ".git"])
def test_a_project_may_share_files_across_its_folders(tmp_path, marker):
    (tmp_path / marker).mkdir()
    (tmp_path / "shared").mkdir()
    (tmp_path / "recipes" / "deep").mkdir(parents=True)
    (tmp_path / "shared" / "x.mtr").write_text("data x { tokens = 1B }\n")
    recipe = tmp_path / "recipes" / "deep" / "r.mtr"
    recipe.write_text(f'{HEAD}use "../../shared/x.mtr"\n{PHASE.replace("mix = a", "mix = x")}')
    assert limited(recipe)[:2] == (0, [])


def test_a_folder_without_a_recipe_and_a_missing_file(tmp_path):
    assert limited(tmp_path)[:2] == (0, [])
    assert limited(tmp_path / "none.mtr")[:2] == (1, ["file-unreadable"])


def test_a_used_file_whose_name_is_no_name(tmp_path):
    for name in ("", ".", "a" * 5000):
        (tmp_path / "r.mtr").write_text(f'{HEAD}use "{name}"\n{PHASE}')
        assert limited(tmp_path / "r.mtr")[:2] == (1, ["file-unreadable"]), name


def test_links_in_a_circle(tmp_path):
    (tmp_path / "a.mtr").symlink_to(tmp_path / "b.mtr")
    (tmp_path / "b.mtr").symlink_to(tmp_path / "a.mtr")
    (tmp_path / "r.mtr").write_text(f'{HEAD}use "a.mtr"\n{PHASE}')
    assert limited(tmp_path / "r.mtr")[:2] == (1, ["file-unreadable"])
    assert limited(tmp_path / "a.mtr")[:2] == (1, ["file-unreadable"])


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read(tmp_path):
    (tmp_path / "r.mtr").write_text(HEAD + PHASE)
    (tmp_path / "r.mtr").chmod(0)
    assert limited(tmp_path / "r.mtr")[:2] == (1, ["file-unreadable"])


def test_a_pipe_that_never_ends_is_cut(tmp_path):
    os.mkfifo(tmp_path / "r.mtr")
    with subprocess.Popen(["bash", "-c", f"yes > {tmp_path / 'r.mtr'}"]) as endless:
        assert limited(tmp_path / "r.mtr")[:2] == (1, ["file-too-large"])
        endless.wait(10)
