from pathlib import Path

from mtdsl.cli.explain_pages import page
from mtdsl.registry import installed
from mtdsl.registry.meanings import meanings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "diagnostics.md"


def test_the_page_is_what_the_program_says(pytestconfig):
    said = page(list(meanings(installed())))
    if pytestconfig.getoption("--update"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said, "mtdsl explain --format markdown > docs/diagnostics.md"
