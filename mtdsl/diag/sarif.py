"""Diagnostics as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code scanning reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mtdsl.diag.catalogue import Entry
from mtdsl.diag.fields import ChangeFields, DiagnosticFields, FixFields, LabelFields, SpanFields, fields
from mtdsl.diag.model import Diagnostic
from mtdsl.diag.source import TYPED

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(diagnostics: Iterable[Diagnostic], entries: Mapping[str, Entry], version: str) -> str:
    """One run of `mtdsl` `version`; `entries` explain the ids, and become the rules of the run."""
    found = [fields(diagnostic) for diagnostic in diagnostics]
    ids = list(dict.fromkeys(one["id"] for one in found))
    driver = {"name": "mtdsl", "version": version, "rules": [_rule(id, entries.get(id)) for id in ids]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, ids.index(one["id"])) for one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(id: str, entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {"id": id}
    rule: dict[str, Any] = {"id": id, "shortDescription": {"text": entry.summary}}
    if entry.explanation:
        rule["help"] = {"text": entry.explanation, "markdown": entry.explanation}
    return rule


def _result(found: DiagnosticFields, rule: int) -> dict[str, Any]:
    labels = [label for label in found["labels"] if _is_file(label)]
    said = [found["message"], labels[0]["message"] if labels else "", f"Help: {found['help']}" if found["help"] else ""]
    result: dict[str, Any] = {
        "ruleId": found["id"],
        "ruleIndex": rule,
        "level": found["severity"],
        "message": {"text": "\n".join(filter(None, said))},
        "locations": [{"physicalLocation": _location(label)} for label in labels[:1]],
    }
    if labels[1:]:
        result["relatedLocations"] = [_related(at, label) for at, label in enumerate(labels[1:])]
    if found["fix"] and all(_is_file(change) for change in found["fix"]["changes"]):
        result["fixes"] = [_fix(found["fix"])]
    return result


def _is_file(span: SpanFields) -> bool:
    return span["path"] != TYPED


def _location(span: SpanFields) -> dict[str, Any]:
    return {"artifactLocation": {"uri": _uri(span["path"])}, "region": _region(span)}


def _related(at: int, label: LabelFields) -> dict[str, Any]:
    message = {"message": {"text": label["message"]}} if label["message"] else {}
    return {"id": at, "physicalLocation": _location(label), **message}


def _region(span: SpanFields) -> dict[str, int]:
    """Lines and columns from 1, the end column behind the last character, as SARIF counts them too."""
    return {
        "startLine": span["line"],
        "startColumn": span["column"],
        "endLine": span["end_line"],
        "endColumn": span["end_column"],
    }


def _fix(fix: FixFields) -> dict[str, Any]:
    by_file = groupby(sorted(fix["changes"], key=lambda change: (change["path"], change["start"])), lambda one: one["path"])
    return {
        "description": {"text": fix["title"]},
        "artifactChanges": [
            {"artifactLocation": {"uri": _uri(path)}, "replacements": _replacements(list(changes))} for path, changes in by_file
        ],
    }


def _replacements(changes: Sequence[ChangeFields]) -> list[dict[str, Any]]:
    return [{"deletedRegion": _region(one), "insertedContent": {"text": one["replacement"]}} for one in changes]


def _uri(path: str) -> str:
    """A relative path as a relative URI, an absolute one as `file:`."""
    at = Path(path)
    return at.as_uri() if at.is_absolute() else quote(at.as_posix())
