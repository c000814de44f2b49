"""The language reference is its own suite: what every page and document says of a recipe is what planning it gives."""

from __future__ import annotations

import re
from difflib import unified_diff
from pathlib import Path

import pytest
from literate import examples, laid_out, problems, updated

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(Path(__file__).parent.glob("*.md"))
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", [*PAGES, *DOCUMENTS], ids=lambda path: path.stem)
def test_a_page_says_what_is_so(page, request):
    name = str(page.relative_to(ROOT))
    if request.config.getoption("--update"):
        page.write_text(laid_out(page.read_text()))
        page.write_text(updated(page.read_text(), examples(name, page.read_text())))
    found = [problem for example in examples(name, page.read_text()) for problem in problems(example)]
    if found:
        pytest.fail("\n\n".join(found), pytrace=False)


@pytest.mark.parametrize("page", [*PAGES, *DOCUMENTS], ids=lambda path: path.stem)
def test_a_page_looks_as_fmt_would_have_it(page):
    content = page.read_text()
    if (made := laid_out(content)) != content:
        pytest.fail(
            "\n".join(unified_diff(content.splitlines(), made.splitlines(), page.name, "fmt", lineterm="", n=0)), pytrace=False
        )


def test_the_language_lists_every_page_in_order():
    listed = re.findall(r"^\d+\. \[(.*)\]\(\.\./tests/lang/(.*)\)$", (ROOT / "docs/language.md").read_text(), re.MULTILINE)
    assert listed == [(page.read_text().partition("\n")[0].removeprefix("# "), page.name) for page in PAGES]
