"""What is in the wheel, and what it asks for."""

import re
import subprocess
import sys
import tomllib
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(folder.name for folder in (ROOT / "plugins").iterdir() if (folder / "__init__.py").exists())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with ZipFile(next(out.glob("*.whl"))) as archive:
        yield archive


def metadata(wheel, name):
    return wheel.read(next(path for path in wheel.namelist() if path.endswith(f".dist-info/{name}"))).decode()


def test_it_holds_the_package_the_grammar_and_every_plugin(wheel):
    names = set(wheel.namelist())
    assert {"mtdsl/__init__.py", "mtdsl/py.typed", "mtdsl/grammar/mtr.lark"} <= names
    assert {f"{plugin}/__init__.py" for plugin in PLUGINS} <= names
    assert wheel.read("mtdsl/grammar/mtr.lark") == (ROOT / "grammar/mtr.lark").read_bytes()
    assert {f"mtdsl/diag/catalogue/{page.name}" for page in (ROOT / "mtdsl/diag/catalogue").glob("*.md")} <= names
    for case in (ROOT / "tests/diag/cases").rglob("*.*"):
        assert f"mtdsl/cases/{case.relative_to(ROOT / 'tests/diag/cases')}" in names


def test_it_holds_every_file_of_the_templates(wheel):
    paths = (path for path in (ROOT / "templates").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = [path.relative_to(ROOT).as_posix() for path in paths]
    assert len(files) > 50
    assert {f"mtdsl/{file}" for file in files} == {name for name in wheel.namelist() if name.startswith("mtdsl/templates/")}


def test_it_holds_nothing_else(wheel):
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"mtdsl", *PLUGINS}


def test_every_plugin_has_its_entry_point(wheel):
    found = re.findall(r"^(\w+) = (\w+)$", metadata(wheel, "entry_points.txt").split("[mtdsl]")[1], re.MULTILINE)
    assert found == [(plugin, plugin) for plugin in PLUGINS]


def test_it_carries_the_licence(wheel):
    assert "Apache License" in metadata(wheel, "licenses/LICENSE")


def test_the_core_is_light(wheel):
    asked = [Requirement(line) for line in Parser().parsestr(metadata(wheel, "METADATA")).get_all("Requires-Dist", [])]
    assert {need.name for need in asked if need.marker is None} == {"lark", "pluggy", "rich", "cyclopts", "packaging"}


UNTESTED = {"gs"}
"""Extras that no test exercises, so that no version of theirs is known to work: Google's store needs an account."""


def test_every_dependency_is_pinned_to_a_version_that_it_allows():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = {name: needs for name, needs in project["optional-dependencies"].items() if name not in UNTESTED}
    needs = [*project["dependencies"], *(need for extra in extras.values() for need in extra)]
    lines = (line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#"))
    pins = {canonicalize_name(name): pin for name, _, pin in (line.partition("==") for line in lines)}
    for need in map(Requirement, needs):
        if need.name != "mtdsl":
            assert need.specifier.contains(pins[canonicalize_name(need.name)]), need
    assert not [version for version in pins.values() if "+" in version]
    assert pins["torch"] == "2.13.0"
