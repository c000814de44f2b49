"""A recipe for every diagnostic that a recipe can cause: tests/diag/cases in a checkout, mtdsl/cases in a wheel.

`ID.mtr`, or a folder `ID` with `recipe.mtr` and what it uses. The tests hold that each causes exactly its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from mtdsl.diag import text
from mtdsl.plan.compile import compile

_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE / "cases", _PACKAGE.parent / "tests" / "diag" / "cases")


@dataclass(frozen=True, slots=True)
class Example:
    """A recipe and what `mtdsl check` says of it; `name` is its file."""

    name: str
    text: str
    said: str


def cases() -> Iterator[Path]:
    """The recipe of every id that has one, by name."""
    folder = next(place for place in _PLACES if place.is_dir())
    for path in sorted(folder.iterdir()):
        if path.is_dir() or path.suffix == ".mtr":
            yield path / "recipe.mtr" if path.is_dir() else path


def id_of(case: Path) -> str:
    """The id that a case shows."""
    return case.parent.name if case.name == "recipe.mtr" else case.stem


def example(id: str) -> Example | None:
    """The example of an id; None for what only a run, or a broken installation, can cause."""
    case = next((case for case in cases() if id_of(case) == id), None)
    if case is None:
        return None
    with chdir(case.parent):
        _, found = compile(Path(case.name))
        written = Path(case.name).read_text(encoding="utf-8", errors="replace")
        return Example(case.name, written, text.render(found, color=False))
