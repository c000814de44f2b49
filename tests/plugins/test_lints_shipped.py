"""No lint speaks of a recipe that is shipped, unless the recipe allows it and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

import mtdsl
from mtdsl.plan import compile
from mtdsl.registry import installed

ROOT = Path(mtdsl.__file__).parent.parent


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "recipes").glob("*.mtr")), ROOT / ".ci/small.mtr"], ids=lambda path: path.stem
)
def test_nothing_is_remarked(path):
    made, diagnostics = compile(path)
    assert made is not None
    assert [one for one in diagnostics if one.id in installed().names("lint")] == []
