"""The recipes that a command line names: files, folders of them, and - for standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from mtdsl.lang import files

STDIN = Path("-")
"""How standard input is written on a command line."""

SHOWN = "<stdin>"
"""How it is called in what is said of it."""


def named(recipes: Sequence[Path]) -> Iterator[Path]:
    """Files and - as given, folders as the recipes in them, hidden folders left out; each once."""
    yield from dict.fromkeys(found for path in recipes for found in (_inside(path) if path.is_dir() else [path]))


def piped() -> bytes:
    """What standard input holds, or of what is too large for a recipe so much that this can be told."""
    return sys.stdin.buffer.read(files.LARGEST + 1)


def readable(recipes: Sequence[Path]) -> tuple[list[Path], AbstractContextManager[object]]:
    """The recipes as paths that can be read within the context given, also - then: as a file of the current folder."""
    found = list(named(recipes))
    if STDIN not in found:
        return found, nullcontext()
    standing = Path(SHOWN)
    return [standing if path == STDIN else path for path in found], files.unsaved({standing.resolve(): piped()})


def _inside(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if name.endswith(".mtr"))
