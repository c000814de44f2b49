"""What `mtdsl new plugin` refuses, and that it then writes nothing; `tests/packaging/test_new_plugin.py` has what it writes."""

import os

import pytest

from mtdsl.cli import naming, scaffold
from mtdsl.diag import Refusal
from mtdsl.registry.kinds import KINDS


@pytest.fixture
def refused(tmp_path):
    """The id, message and help of a refusal, after which the folder is as empty as before."""

    def asked(name, kind="scheduler"):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(Refusal) as raised:
            scaffold.package(name, kind, tmp_path)
        assert sorted(tmp_path.rglob("*")) == before
        (found,) = raised.value.diagnostics
        return found.id, found.message, found.help

    return asked


def test_there_is_a_template_of_every_kind_of_the_registry():
    assert set(scaffold.kinds()) == {kind.kind for kind in KINDS} | {"online-mixer"}


def test_a_package_is_written_and_the_way_on_said(mtdsl, tmp_path):
    done = mtdsl("new", "plugin", "acme-power", "--kind", "mixer", "--into", "deep/down")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("deep/down/acme-power holds a mixer that works.")
    assert [line.strip() for line in done.stdout.splitlines()[2:]] == [
        "cd deep/down/acme-power",
        "pip install -e '.[test]'",
        "pytest",
        "mtdsl plan example.mtr",
    ]
    assert {path.name for path in (tmp_path / "deep/down/acme-power").iterdir()} == {
        *("README.md", "example.mtr", "pyproject.toml", "src", "tests"),
    }


def test_the_help_tells_every_kind(mtdsl):
    said = mtdsl("new", "plugin", "--help", COLUMNS="200").stdout
    assert [kind for kind in scaffold.kinds() if kind not in said] == []


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "acme-power").mkdir()
    assert (scaffold.package("acme-power", "gate", tmp_path) / "pyproject.toml").is_file()


@pytest.mark.parametrize("there", ["notes.txt", ".git/config"])
def test_a_folder_with_something_in_it_is_left_alone(mtdsl, tmp_path, there):
    file = tmp_path / "acme-power" / there
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    done = mtdsl("new", "plugin", "acme-power")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[folder-not-empty]: `acme-power` is there already, and nothing in it was touched" in done.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_a_file_of_that_name_is_left_alone(refused, tmp_path):
    (tmp_path / "acme-power").write_text("mine")
    assert refused("acme-power")[0] == "folder-not-empty"
    assert (tmp_path / "acme-power").read_text() == "mine"


def test_a_kind_that_there_is_not(mtdsl, refused):
    done = mtdsl("new", "plugin", "acme-power", "--kind", "shceduler")
    assert done.returncode == 1
    assert "error[unknown-kind]: there is no kind of plugin called `shceduler`\n help: did you mean `scheduler`?" in done.stderr
    assert refused("acme-power", "online mixer")[2] == "did you mean `online-mixer`?"
    assert refused("acme-power", "common")[2].startswith("there are editor, evaluator, ")


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("Acme Power", "acme-power"),
        ("acme--power", "acme-power"),
        ("2fast", "fast"),
        ("../acme", "acme"),
        ("", "acme-power"),
        ("-", "acme-power"),
        ("größe", "gr-e"),
        ("lambda", "acme-lambda"),
        ("json", "acme-json"),
        ("over", "acme-over"),
    ],
)
def test_a_name_that_nothing_can_have(refused, name, instead):
    id, message, way_out = refused(name)
    assert (id, way_out) == ("plugin-name", f"write `{instead}`")
    assert message.startswith(f"`{name}` ")
    naming.check(instead, "scheduler")


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("half-cosine", "scheduler", "`mtdsl` provides the scheduler `half_cosine`"),
        ("odm", "online-mixer", "`mtdsl` provides the mixer `odm`"),
        ("merge-of-one", "lint", "`mtdsl` provides the lint `merge-of-one`"),
        ("merge_of_one", "lint", "`mtdsl` provides the lint `merge-of-one`"),
        ("mtdsl-mixers", "scheduler", "a package `mtdsl-mixers` is installed already"),
        ("mtdsl", "scheduler", "a package `mtdsl` is installed already"),
        ("torch", "optimizer", "a package `torch` is installed already"),
    ],
)
def test_a_name_that_somebody_has(refused, name, kind, said):
    assert refused(name, kind) == ("plugin-taken", said, f"write `acme-{name}`")


def test_the_name_of_a_package_that_does_not_load_is_taken_too(mtdsl, tmp_path):
    (tmp_path / "acme_broken-1.0.dist-info").mkdir()
    (tmp_path / "acme_broken-1.0.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: acme-broken\nVersion: 1.0\n")
    (tmp_path / "acme_broken-1.0.dist-info/entry_points.txt").write_text("[mtdsl]\nacme_broken = acme_other\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = mtdsl("new", "plugin", "acme-broken", PYTHONPATH=path)
    assert (done.returncode, "error[plugin-taken]: a package `acme-broken` is installed already" in done.stderr) == (1, True)


def test_one_name_may_be_of_two_kinds(tmp_path):
    assert scaffold.package("wsd-s", "mixer", tmp_path).is_dir()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(refused, tmp_path):
    tmp_path.chmod(0o500)
    assert refused("acme-power")[0] == "cannot-write"
    tmp_path.chmod(0o700)


def test_a_file_in_the_way_is_said(mtdsl, tmp_path):
    (tmp_path / "file").write_text("")
    done = mtdsl("new", "plugin", "acme-power", "--into", "file")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[cannot-write]: `file/acme-power` cannot be written: " in done.stderr
