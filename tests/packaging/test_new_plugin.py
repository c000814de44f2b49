"""What `mtdsl new plugin` writes can be built, installed, tested and used, for every kind there is."""

import importlib.metadata
import json
import os
import subprocess
import sys
import tomllib
from math import tanh
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from mtdsl.cli import scaffold
from mtdsl.plan import compile
from mtdsl.registry import installed
from mtdsl.registry.choosing import choice
from mtdsl.registry.loading import register

OFFLINE = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check", "-q"]


def name_of(kind):
    return f"acme-{kind}-of-mine"


def run(command, folder, **environment):
    given = {**os.environ, "COLUMNS": "100", **environment}
    return subprocess.run(command, cwd=folder, env=given, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with a package of each kind."""
    folder = tmp_path_factory.mktemp("written")
    for kind in scaffold.kinds():
        scaffold.package(name_of(kind), kind, folder)
    return folder


@pytest.fixture(scope="module")
def site(written, tmp_path_factory):
    """A folder into which pip has built and installed all of them."""
    target = tmp_path_factory.mktemp("site")
    packages = [str(package) for package in written.iterdir()]
    subprocess.run([sys.executable, "-m", "pip", "install", *OFFLINE, "--target", str(target), *packages], check=True)
    return target


@pytest.fixture
def mtdsl(written, site, tmp_path):
    def called(*arguments):
        """Runs a command in the package of the default kind, the only one beside mtdsl's own that is loaded."""
        name = name_of("scheduler")
        given = {"PYTHONPATH": str(site), "MTDSL_PLUGINS": name, "MTDSL_CACHE": str(tmp_path / "cache")}
        return run([sys.executable, "-m", "mtdsl", *arguments], written / name, **given)

    return called


def test_the_suites_of_all_kinds_pass_as_they_are_written(written, site):
    pytest_ = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-rf", "."]
    done = run(pytest_, written, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stdout
    assert " failed" not in done.stdout
    assert " skipped" not in done.stdout


def test_a_package_alone_is_tested_by_the_command_of_its_readme(tmp_path):
    package = scaffold.package("acme-bend", "scheduler", tmp_path)
    target = tmp_path / "site"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist"), str(package)]
    assert run(build, tmp_path).returncode == 0
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info" not in name}
    assert held == {"acme_bend/__init__.py", "acme_bend/acme_bend.py", "acme_bend/py.typed"}
    install = [sys.executable, "-m", "pip", "install", *OFFLINE, "--target", str(target), str(wheel)]
    assert run(install, tmp_path).returncode == 0
    done = run([sys.executable, "-m", "pytest"], package, PYTHONPATH=str(target))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", scaffold.kinds())
def test_its_recipe_uses_it(kind, written, site, monkeypatch):
    monkeypatch.syspath_prepend(str(site))
    name = name_of(kind)
    registry = register(importlib.metadata.entry_points(group="mtdsl"), choice({"MTDSL_PLUGINS": name}))
    plan, found = compile(written / name / "example.mtr", {}, registry)
    if kind == "lint":
        assert [one.id for one in found] == [name]
    else:
        assert found == ()
    if kind == "fitter":  # no recipe names one
        assert registry.find(kind, name.replace("-", "_"))
    elif kind != "lint":
        assert (name.replace("-", "_"), name, "0.1.0") in {(one.name, one.package, one.version) for one in plan.plugins}


def test_check_plan_and_run_use_it(mtdsl, written):
    checked = mtdsl("check", "example.mtr")
    assert (checked.returncode, checked.stderr) == (0, "1 recipe checked: no problems\n")
    assert "1e-3 → 1e-4" in mtdsl("plan", "example.mtr").stdout
    done = mtdsl("run", "example.mtr", "--out", "out")
    assert done.returncode == 0, done.stderr
    lines = (written / name_of("scheduler") / "out/log.jsonl").read_text().splitlines()
    rates = [json.loads(line)["lr"] for line in lines]
    drawn = [(1e-3 - rate) / 9e-4 for rate in rates]
    assert drawn == pytest.approx([0.5 + tanh(4 * (step / 12 - 0.5)) / tanh(2) / 2 for step in range(12)])


def test_the_templates_name_nothing_but_themselves():
    root = Path(scaffold.__file__).parents[2] / "templates/plugin"
    for kind in scaffold.kinds():
        assert installed().find(kind.removeprefix("online-"), scaffold.module_of(f"example-{kind}")) == ()
        assert (root / kind / "example.mtr").is_file()


def test_nothing_of_a_template_is_left_in_a_package(written):
    for path in written.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".toml", ".md", ".mtr"):
            text = path.read_text()
            assert not [stand_in for stand_in in ("xample_", "xample-", "xample kind", "Example") if stand_in in text], path


def test_what_it_asks_for_is_this_version(written):
    from mtdsl.cli.commands import _version

    for package in written.iterdir():
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        (needed,) = map(Requirement, project["dependencies"])
        assert (needed.name, needed.specifier.contains(_version())) == ("mtdsl", True)
        assert project["optional-dependencies"]["test"] in (["mtdsl[testing]"], ["mtdsl[train,testing]"])


def test_a_name_that_holds_a_stand_in_is_replaced_once(tmp_path):
    package = scaffold.package("example-kind-of-example-scheduler", "scheduler", tmp_path)
    module = package / "src/example_kind_of_example_scheduler/example_kind_of_example_scheduler.py"
    assert "class ExampleKindOfExampleScheduler:" in module.read_text()
