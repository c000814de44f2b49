"""What the documents show is what the code does: every block of a recipe is checked, every command exists."""

import ast
import re
import shlex
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from mtdsl.cli.commands import app
from mtdsl.diag import Source, concise, text
from mtdsl.lang import parse
from mtdsl.plan import compile

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, what is said behind it, its text."""

    where: str
    language: str
    mark: str
    body: str


def blocks(*languages):
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text()
        for match in FENCE.finditer(text):
            if match[1] in languages:
                line = text.count("\n", 0, match.start()) + 1
                yield Block(f"{path.relative_to(ROOT)}:{line}", match[1], match[2], match[3])


def each(*languages):
    return pytest.mark.parametrize("block", list(blocks(*languages)), ids=lambda block: block.where)


@each("mtr")
def test_a_recipe_is_what_its_mark_says(block, tmp_path):
    """Without a mark it checks cleanly; a `fragment` parses; `error=ID` fails with exactly that."""
    if block.mark == "fragment":
        assert concise.render(parse(Source(block.where, block.body))[1]) == ""
        return
    (tmp_path / "block.mtr").write_text(block.body)
    found = compile(tmp_path / "block.mtr")[1]
    wanted = block.mark.removeprefix("error=").split(",") if block.mark else []
    assert [remark.id for remark in found if remark.severity != "note"] == wanted, text.render(found, color=False)


def test_what_is_shown_under_a_recipe_is_what_is_drawn(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pairs = [(above, below) for above, below in pairwise(blocks("mtr", "text")) if below.mark == "drawn"]
    for above, below in pairs:
        (tmp_path / "r.mtr").write_text(above.body)
        assert text.render(compile(Path("r.mtr"))[1], color=False) + "\n" == below.body
    assert pairs


@each("console")
def test_every_command_exists_and_takes_these_options(block):
    for line in block.body.splitlines():
        for command in (shlex.split(part) for part in line.removeprefix("$ ").split("&&")):
            if command[0].endswith("mtdsl"):
                app.parse_args(command[1:], exit_on_error=False, print_error=False)


@each("python")
def test_python_is_valid(block):
    ast.parse(block.body, block.where)


def test_the_readme_shows_the_quickstart_and_the_plugin_as_they_are():
    shown = {
        block.body.removeprefix("# acme_step/__init__.py\n").removeprefix("# acme_step/stairs.py\n")
        for block in blocks("mtr", "python")
    }
    package = ROOT / "tests/plugins_pkg/acme_step"
    for kept in (ROOT / "recipes/quickstart.mtr", package / "__init__.py", package / "stairs.py"):
        assert kept.read_text() in shown, kept.name


def test_the_two_commands_are_single_lines_that_need_only_python():
    readme = (ROOT / "README.md").read_text()
    for name in ("quickstart", "tests"):
        (command,) = re.findall(rf"<!-- {name} -->\n```console\n(.*)\n```", readme)
        assert {part.split()[0] for part in command.split(" && ")} <= {"python3"} | {
            f".venv/bin/{tool}" for tool in ("pip", "python", "mtdsl")
        }


def test_every_link_leads_somewhere():
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
