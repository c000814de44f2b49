"""Diagnostics as GitHub's workflow commands, which become annotations of a pull request.

The commands and their escapes: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
"""

from __future__ import annotations

from collections.abc import Iterable

from mtdsl.diag.fields import DiagnosticFields, fields
from mtdsl.diag.model import Diagnostic
from mtdsl.diag.source import TYPED

_COMMAND = {"error": "error", "warning": "warning", "note": "notice"}


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """One command a diagnostic and line."""
    return "\n".join(_command(fields(diagnostic)) for diagnostic in diagnostics)


def _command(found: DiagnosticFields) -> str:
    properties = ",".join(f"{key}={_property(value)}" for key, value in _place(found).items())
    return f"::{_COMMAND[found['severity']]} {properties}::{_data(_said(found))}"


def _place(found: DiagnosticFields) -> dict[str, str]:
    """Where it is shown. An annotation of several lines has no columns: GitHub would reject it."""
    title = {"title": f"mtdsl ({found['id']})"}
    if not found["labels"] or found["labels"][0]["path"] == TYPED:
        return title
    label = found["labels"][0]
    lines = {"file": label["path"], "line": str(label["line"]), "endLine": str(label["end_line"])}
    if label["line"] != label["end_line"]:
        return title | lines
    return title | lines | {"col": str(label["column"]), "endColumn": str(label["end_column"])}


def _said(found: DiagnosticFields) -> str:
    mark = found["labels"][0]["message"] if found["labels"] else ""
    help = f"help: {found['help']}" if found["help"] else ""
    return "\n".join(filter(None, (found["message"], mark, help)))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
