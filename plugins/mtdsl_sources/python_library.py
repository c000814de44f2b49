"""Real text that every machine has: the standard library of the Python that runs."""

from __future__ import annotations

import sysconfig
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mtdsl.diag import refuse
from mtdsl_sources.docstrings import docstrings, topics
from mtdsl_sources.files import digest, local

TESTS = frozenset({"test", "tests", "idle_test"})
FOREIGN = frozenset({"site-packages", "dist-packages", "__pycache__"})
TOPICS = Path("pydoc_data", "topics.py")


@dataclass(frozen=True)
class PythonLibrary:
    """A `part` of the standard library: sources (`code`), docstrings and help topics (`docs`), or its own tests (`tests`).

    A document is a file; in `docs` all docstrings of a module together, or one help topic. Nothing is imported or run.
    """

    part: Literal["code", "docs", "tests"] = "code"

    def fingerprint(self, base: Path) -> str:
        """A hash of the files' bytes: another Python, another fingerprint."""
        return digest(local(self._files()), "python_library", self.part)

    def texts(self, base: Path) -> Iterator[str]:
        """The documents, sorted by the modules' paths."""
        root = library()
        for file in self._files():
            text = decoded(file)
            if text is None:
                continue
            if self.part != "docs":
                yield text
            elif file == root / TOPICS:
                yield from topics(text)
            elif found := docstrings(text, module(file.relative_to(root))):
                yield found

    def _files(self) -> list[Path]:
        root = library()
        files = [file for file in sorted(root.rglob("*.py")) if self._belongs(file.relative_to(root))]
        if self.part == "tests" and not any(file.name.startswith("test_") for file in files):
            hint = 'install it (Debian: libpython3-testsuite, Fedora: python3-test), or take part = "code" or "docs"'
            raise refuse("source-missing", f"this Python comes without its test-suite ({root / 'test'})", help=hint)
        if not files:
            raise refuse("source-missing", f"the sources of the standard library are not in {root}")
        return files

    def _belongs(self, path: Path) -> bool:
        if FOREIGN.intersection(path.parts) or path.name.startswith("_sysconfigdata"):
            return False
        if path == TOPICS:
            return self.part == "docs"
        return bool(TESTS.intersection(path.parts[:-1])) == (self.part == "tests")


def library() -> Path:
    """The folder of the standard library."""
    return Path(sysconfig.get_path("stdlib"))


def module(path: Path) -> str:
    """The dotted name of a module, its path given relative to the library: `json/__init__.py` is `json`."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def decoded(file: Path) -> str | None:
    """A file's text, read as its coding cookie says; None where that fails, as it should for a few files of the tests."""
    try:
        with tokenize.open(file) as opened:
            return opened.read()
    except (SyntaxError, UnicodeDecodeError):
        return None
