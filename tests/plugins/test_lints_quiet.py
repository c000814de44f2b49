"""Nothing is warned of in a recipe that is shipped or in a published chain, but where an allow gives its reason."""

from pathlib import Path

import pytest

from mtdsl.plan import compile

ROOT = Path(__file__).parents[2]
RECIPES = sorted([*ROOT.glob("recipes/*.mtr"), *ROOT.glob(".ci/*.mtr"), *ROOT.glob("tests/lang/chains/*.mtr")])


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_nothing_is_warned_of(recipe):
    plan, diagnostics = compile(recipe)
    assert plan is not None
    assert [(one.id, one.message) for one in diagnostics if one.severity != "note"] == []
