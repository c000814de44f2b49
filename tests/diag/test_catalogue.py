import re
from pathlib import Path

import pytest

import mtdsl
from mtdsl.diag.catalogue import catalogue

ROOT = Path(mtdsl.__file__).parent
_GIVEN = re.compile(r'(?:\brefuse|\bmistake|\.error|\.warning|\.note|\bDiagnostic)\(\s*"([a-z][a-z0-9-]+)"')


def test_every_id_that_the_sources_give_is_in_the_catalogue():
    files = [*ROOT.rglob("*.py"), *ROOT.parent.glob("plugins/**/*.py")]
    given = {found: file.name for file in files for found in _GIVEN.findall(file.read_text(encoding="utf-8"))}
    assert "unclosed-bracket" in given
    assert {id: file for id, file in sorted(given.items()) if id not in catalogue()} == {}


@pytest.mark.parametrize("id", catalogue())
def test_entries_are_a_kebab_case_id_and_one_sentence(id):
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id)
    assert re.fullmatch(r"[A-Z`][^\n]*[^.]\.", catalogue()[id].summary)
