"""Every id: raised somewhere, explained, and shown by a recipe that causes it and nothing else, or tested where a run does."""

import ast
import re
from pathlib import Path

import pytest

import mtdsl
from mtdsl.diag.catalogue import catalogue
from mtdsl.plan import compile
from mtdsl.plan.examples import cases, id_of
from mtdsl.registry import installed
from mtdsl.registry.meanings import meanings

ROOT = Path(mtdsl.__file__).parents[1]
CASES = list(cases())
GIVES = {"mistake", "refuse", "error", "warning", "note", "Diagnostic"}
ELSEWHERE: dict[str, str] = {}
"""Ids that no recipe can cause: it takes a file, a model, a terminal or a package. Each with the test that causes it."""


def sources():
    yield from (ROOT / "mtdsl").rglob("*.py")
    yield from (ROOT / "plugins").rglob("*.py")


def given(path):
    """The ids that a module's calls give, as first argument."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in GIVES and isinstance(node.args[0].value, str):
                yield node.args[0].value


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_a_case_causes_its_id_and_nothing_else(case, monkeypatch):
    monkeypatch.chdir(case.parent)
    _, found = compile(Path(case.name))
    assert {one.id for one in found} == {id_of(case)}


def test_every_id_that_is_given_is_explained():
    assert {id: path.name for path in sources() for id in given(path) if id not in catalogue()} == {}


def test_every_explained_id_is_given():
    text = "".join(path.read_text(encoding="utf-8") for path in sources())
    assert [id for id in catalogue() if f'"{id}"' not in text] == []


@pytest.mark.parametrize("entry", list(meanings(installed())), ids=lambda entry: entry.id)
def test_an_explanation_is_a_sentence_and_why_it_matters(entry):
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", entry.id)
    assert re.fullmatch(r"[A-Z`][^\n]*[^.]\.", entry.summary)
    assert len(entry.explanation) > 40


def test_every_id_has_a_case_or_is_tested_elsewhere():
    shown = {id_of(case) for case in CASES}
    known = {entry.id for entry in meanings(installed())}
    assert known - shown - ELSEWHERE.keys() == set()
    assert shown - known == set()
    assert ELSEWHERE.keys() & shown == set()


@pytest.mark.parametrize("id", ELSEWHERE)
def test_the_test_that_causes_it_names_it(id):
    file, name = ELSEWHERE[id].split("::")
    path = ROOT / "tests" / file
    tree = ast.parse(path.read_text(encoding="utf-8"))
    test = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    words = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert any(re.search(rf"(?<![\w-]){id}(?![\w-])", word) for word in words)
