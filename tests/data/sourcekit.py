"""Sources made by name, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from mtdsl.diag import Diagnostic, Refusal
from mtdsl.registry import installed
from mtdsl.registry.factories import Documents


def made(kind: str, /, **params: object) -> Documents:
    source: Documents = installed().build("source", kind, params)
    return source


def refused(source: Documents, base: Path) -> Diagnostic:
    """The one thing that reading refuses, which names a way out."""
    with pytest.raises(Refusal) as caught:
        list(source.texts(base))
    (found,) = caught.value.diagnostics
    return found


def refusal(source: Documents, base: Path) -> str:
    found = refused(source, base)
    return f"{found.id}: {found.message}"
