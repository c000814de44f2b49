"""What the documents show is what the code does. Their recipes are checked in `tests/lang/test_pages.py`."""

import ast
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest

from mtdsl.cli.commands import app
from mtdsl.cli.process import ALONE

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


@each("console")
def test_every_command_exists_and_takes_these_options(block):
    for line in block.body.splitlines():
        for command in (shlex.split(part) for part in line.removeprefix("$ ").split("&&")):
            if command[0].endswith("mtdsl"):
                words = [word for word in command[1:] if word != ALONE]
                app.parse_args(words, exit_on_error=False, print_error=False)


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
    pages = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "tests/lang").glob("*.md"))
    for path in pages:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
