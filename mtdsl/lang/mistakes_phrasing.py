"""What is said in words that sound right and mean nothing here, and how it is said."""

from __future__ import annotations

import re

from mtdsl.diag import Diagnostic, Fix, Span
from mtdsl.lang.failure import END, Failure

_ASKED = re.compile(r"(\.[a-zA-Z_]\w*)+")
_POINT = re.compile(r"\.(at|last)\([^()\n]*\)$")
_ONE_MINUS = re.compile(r"1\s*-\s*(sqrt)\b")


def data_without_body(failure: Failure) -> Diagnostic | None:
    """`data web` and nothing behind it."""
    before = [token for token in failure.before if token.type != "_NL"]
    if failure.kind not in ("_NL", END) or failure.brackets or [token.type for token in before] != ["DATA", "NAME"]:
        return None
    name = str(before[1])
    behind = failure.where(before[1]).end
    fix = Fix.write(failure.here(0), " {}", title="write ` {}` behind it") if behind == failure.at else None
    help = f"write `data {name} {{}}`, or what is known of it: `data {name} {{ tokens = 1T }}`"
    return failure.error("unexpected-text", f"`data {name}` has no braces", span=failure.where(before[1]), help=help, fix=fix)


def measured_at(failure: Failure) -> Diagnostic | None:
    """`short at stable` for `stable.short`."""
    said = re.match(r"at[ \t]+(\w+)", failure.rest)
    metric = failure.previous
    if said is None or metric is None or metric.type != "NAME" or failure.fresh_line or said[1][0].isdigit():
        return None
    help = f"what `{metric}` was at the end of `{said[1]}` is `{said[1]}.{metric}`"
    return failure.error("unexpected-text", "`at` cannot stand here", help=help)


def one_minus(failure: Failure) -> Diagnostic | None:
    """`by 1-sqrt`: the shape is called `sqrt`."""
    shape = _ONE_MINUS.match(failure.rest)
    if shape is None or failure.previous is None or failure.previous.type != "BY":
        return None
    help = f"write `by {shape[1]}`: it goes from the first value to the second as 1 - {shape[1]} does"
    return failure.error("unexpected-text", "a technique is called by its name", span=failure.here(shape.end()), help=help)


def asked_of_a_point(failure: Failure) -> Diagnostic | None:
    """`trunk.at(7T).lr` for `trunk.lr.at(7T)`."""
    asked, point = _ASKED.match(failure.rest), _POINT.search(failure.source.text[: failure.at])
    if asked is None or point is None or failure.previous is None or failure.previous.type != "RPAR":
        return None
    span = Span(failure.source, point.start(), failure.at + asked.end())
    fix = Fix.write(span, f"{asked[0]}{point[0]}")
    return failure.error("unexpected-text", "what is asked of a node stands before the point", span=span, fix=fix)


PHRASING = (data_without_body, measured_at, one_minus, asked_of_a_point)
