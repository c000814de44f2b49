"""Diagnostics as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable

from mtdsl.diag.fields import fields
from mtdsl.diag.model import Diagnostic


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array, one object a diagnostic, with the keys of `mtdsl.diag.fields`."""
    return json.dumps([fields(diagnostic) for diagnostic in diagnostics], indent=2)
