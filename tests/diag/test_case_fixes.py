"""Every fix that a case is offered, made: what it was offered for is gone, and nothing new is found."""

import shutil
from pathlib import Path

from mtdsl.diag.mending import changed
from mtdsl.plan import compile
from mtdsl.plan.examples import cases, id_of

UNCOVERED = {"unknown-allow": {"unused-allow"}}
"""What a mended case may be told of then: an id that is written right now, on a line that has no such finding."""


def found_in(case, monkeypatch):
    monkeypatch.chdir(case.parent)
    return compile(Path(case.name))[1]


def test_every_fix_mends(tmp_path, monkeypatch):
    mended = 0
    shutil.copytree(next(cases()).parent, tmp_path / "all")
    for case in cases():
        before = found_in(case, monkeypatch)
        fix = next((one.fix for one in before if one.fix), None)
        if fix is None:
            continue
        (source,) = {change.span.source for change in fix.changes}
        copy = tmp_path / "all" / (case.name if case.name != "recipe.mtr" else f"{id_of(case)}/recipe.mtr")
        (copy.parent / source.path).write_text(changed(source.text, fix.changes))
        after = found_in(copy, monkeypatch)
        assert [one.id for one in after if one.severity == "error"] == [], id_of(case)
        assert sum(one.id == id_of(case) for one in after) < sum(one.id == id_of(case) for one in before), id_of(case)
        new = {one.id for one in after if one.severity != "error"} - {one.id for one in before}
        assert new <= UNCOVERED.get(id_of(case), set()), (id_of(case), new)
        mended += 1
    assert mended > 35
