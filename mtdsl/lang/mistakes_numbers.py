"""Mistakes in numbers: suffixes with a space before them, unknown ones, a missing 0."""

from __future__ import annotations

import re

from mtdsl.diag import Diagnostic, Fix
from mtdsl.lang.failure import Failure

_SUFFIX = re.compile(r"(Ki|Mi|Gi|[kMBT])\b|%")
_WORD = re.compile(r"[^\W\d]\w*")
_MEANT = {
    "K": "k",
    "m": "M",
    "b": "B",
    "G": "B",
    "g": "B",
    "bn": "B",
    "t": "T",
    "ki": "Ki",
    "mi": "Mi",
    "gi": "Gi",
    "KiB": "Ki",
}
_DOUBTFUL = frozenset({"m", "G", "g"})  # a thousandth, or 2**30: nobody can tell
_UNITS = ("tokens", "steps", "epochs")
_WORDS = {
    **{word: unit for unit in _UNITS for word in (unit, unit[:-1])},
    "tok": "tokens",
    "toks": "tokens",
    "iters": "steps",
    "iterations": "steps",
    "million": "M",
    "billion": "B",
    "trillion": "T",
    "percent": "%",
}
_SUFFIXES = "k is 1024 and stands on lengths, M B T are powers of ten, Ki Mi Gi are binary, % is a share"


def detached_suffix(failure: Failure) -> Diagnostic | None:
    """`5 B` for `5B`."""
    number, suffix = failure.previous, _SUFFIX.match(failure.rest)
    if number is None or number.type != "NUMBER" or suffix is None or _touches(failure):
        return None
    span = failure.where(number).to(failure.here(suffix.end()))
    written = f"{number}{suffix[0]}"
    message = f"`{suffix[0]}` is part of the number and follows it at once"
    return failure.error("detached-suffix", message, span=span, fix=Fix.write(span, written))


def attached_operator(failure: Failure) -> Diagnostic | None:
    """`576x4k` for `576 x 4k`."""
    product = re.match(r"x(\d\w*)\b", failure.rest)
    if failure.previous is None or failure.previous.type != "NUMBER" or product is None:
        return None
    span = failure.where(failure.previous).to(failure.here(product.end()))
    written = f"{failure.previous} x {product[1]}"
    return failure.error("attached-operator", "`x` needs spaces around it", span=span, fix=Fix.write(span, written))


def unknown_suffix(failure: Failure) -> Diagnostic | None:
    """`100GB`, `4K`: the nearest known suffix is offered."""
    number, suffix = failure.previous, _WORD.match(failure.rest)
    if number is None or number.type != "NUMBER" or suffix is None or not _touches(failure):
        return None
    span = failure.where(number).to(failure.here(suffix.end()))
    meant = _MEANT.get(suffix[0])
    fix = Fix.write(span, f"{number}{meant}", safe=suffix[0] not in _DOUBTFUL) if meant else None
    return failure.error("unknown-suffix", f"no number ends in `{suffix[0]}`", span=span, help=_SUFFIXES, fix=fix)


def word_for_unit(failure: Failure) -> Diagnostic | None:
    """`2000 step` for `2000 steps`, `10 billion` for `10B`: a word behind a number that sounds like its unit."""
    number, word = failure.previous, _WORD.match(failure.rest)
    meant = _WORDS.get(word[0].lower()) if word else None
    if number is None or number.type != "NUMBER" or word is None or meant is None or _touches(failure):
        return None
    span = failure.where(number).to(failure.here(word.end()))
    written = f"{number} {meant}" if meant in _UNITS else f"{number}{meant}"
    return failure.error("unexpected-text", f"`{word[0]}` is no unit", span=span, fix=Fix.write(span, written))


def leading_point(failure: Failure) -> Diagnostic | None:
    """`.5` for `0.5`."""
    digits = re.match(r"\.\d+", failure.rest)
    if digits is None or "NUMBER" not in failure.accepts:
        return None
    span = failure.here(digits.end())
    written = f"0{digits[0]}"
    return failure.error("leading-point", "a number begins with a digit", span=span, fix=Fix.write(span, written))


def _touches(failure: Failure) -> bool:
    return failure.previous is not None and failure.where(failure.previous).end == failure.at


NUMBERS = (detached_suffix, attached_operator, unknown_suffix, word_for_unit, leading_point)
