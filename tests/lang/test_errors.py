"""Golden pairs: what is said about errors/NAME.mtr is errors/NAME.err, character for character.

`pytest tests/lang/test_errors.py --update` writes them anew: read the difference before it is committed.
"""

from pathlib import Path

import pytest

from mtdsl.diag import Source
from mtdsl.diag.catalogue import catalogue
from mtdsl.diag.text import render
from mtdsl.lang import parse

CASES = sorted((Path(__file__).parent / "errors").glob("*.mtr"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_what_is_said(case, pytestconfig):
    _, found = parse(Source(case.name, case.read_text(encoding="utf-8")))
    said = render(found, color=False) + "\n"
    golden = case.with_suffix(".err")
    if pytestconfig.getoption("--update"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_fixes_mend_what_they_point_at(case):
    text = case.read_text(encoding="utf-8")
    _, found = parse(Source(case.name, text))
    assert all(one.id in catalogue() for one in found)
    changes = [change for one in found if one.fix for change in one.fix.changes]
    for change in sorted(changes, key=lambda change: -change.span.start):
        text = text[: change.span.start] + change.replacement + text[change.span.end :]
    assert len(parse(Source(case.name, text))[1]) == sum(one.fix is None for one in found)
