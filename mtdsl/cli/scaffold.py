"""Makes a plugin package out of the templates: files that are what they say, with stand-ins for their names.

They lie in `templates/plugin/KIND` of a checkout, `mtdsl/templates/plugin/KIND` of a wheel, and work as they stand; what all
kinds share is in `common`. Replaced are `example-scheduler`, `example_scheduler` and `ExampleScheduler` (of a scheduler), and
in `common` `example-kind`, `example_kind` and the words `example kind`.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from mtdsl.cli.naming import check, module_of
from mtdsl.diag import refuse
from mtdsl.diag.nearest import nearest

_PACKAGE = Path(__file__).parent.parent
_PLACES = (_PACKAGE / "templates/plugin", _PACKAGE.parent / "templates/plugin")
COMMON = "common"

TRAINING = frozenset({"extender", "merger", "packer", "optimizer", "objective", "editor"})
"""The kinds whose suites need torch or numpy."""


def kinds() -> list[str]:
    """The kinds that there is a template of: all those of the registry, and mixers that learn for themselves."""
    return sorted(folder.name for folder in _templates().iterdir() if folder.is_dir() and folder.name != COMMON)


def package(name: str, kind: str, into: Path) -> Path:
    """Writes the package and returns its folder. Raises a `Refusal` and writes nothing where that cannot be done."""
    if kind not in kinds():
        near = nearest(kind, kinds())
        way_out = f"did you mean `{near}`?" if near else f"there are {', '.join(kinds())}"
        raise refuse("unknown-kind", f"there is no kind of plugin called `{kind}`", help=way_out)
    check(name, kind)
    folder = into / name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "folder-not-empty", f"`{folder}` is there already, and nothing in it was touched", help="give another NAME"
        )
    try:
        _write(folder, _files(name, kind))
    except OSError as error:
        raise refuse("cannot-write", f"`{folder}` cannot be written: {error.strerror}") from error
    return folder


def _templates() -> Path:
    return next(place for place in _PLACES if place.is_dir())


def _files(name: str, kind: str) -> Iterator[tuple[str, str]]:
    """Every file of the package: its path and its text."""
    names = {**_names("kind", name), "example kind": kind.replace("-", " "), **_names(kind, name)}
    if kind in TRAINING:
        names["mtdsl[testing]"] = "mtdsl[train,testing]"
    for root in (_templates() / COMMON, _templates() / kind):
        for path in sorted(root.rglob("*.*")):
            if path.is_file() and path.suffix != ".pyc":
                yield _renamed(path.relative_to(root).as_posix(), names), _renamed(path.read_text("utf-8"), names)


def _names(kind: str, name: str) -> Mapping[str, str]:
    """What stands for the package, its module and its class in a template, and what they are called."""
    stand_in = f"example-{kind}"
    return {stand_in: name, module_of(stand_in): module_of(name), _class(stand_in): _class(name)}


def _class(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in module_of(name).split("_"))


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with every stand-in replaced, and nothing that took its place."""
    return re.sub("|".join(map(re.escape, names)), lambda found: names[found[0]], text)


def _write(folder: Path, files: Iterator[tuple[str, str]]) -> None:
    """Writes beside the folder and renames, so that there is all of it or nothing."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".mtdsl-", dir=folder.parent))
    try:
        for path, text in files:
            file = beside / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        beside.chmod(0o755)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)  # it is gone where all went well
