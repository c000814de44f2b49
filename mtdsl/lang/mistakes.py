"""Names the mistake behind a failed parse: known ones first, else what was expected there."""

from __future__ import annotations

from collections.abc import Callable

from mtdsl.diag import Diagnostic
from mtdsl.lang.failure import END, Failure
from mtdsl.lang.mistakes_numbers import NUMBERS
from mtdsl.lang.mistakes_phrasing import PHRASING
from mtdsl.lang.mistakes_signs import SIGNS
from mtdsl.lang.mistakes_structure import STRUCTURE
from mtdsl.lang.words import expected

RULES: tuple[Callable[[Failure], Diagnostic | None], ...] = (*PHRASING, *SIGNS, *NUMBERS, *STRUCTURE)


def explain(failure: Failure) -> Diagnostic:
    """One error for one failed parse: by the first rule that recognises it."""
    named = (rule(failure) for rule in RULES)
    return next(filter(None, named), None) or unexpected(failure)


def unexpected(failure: Failure) -> Diagnostic:
    """What stood there, and what could have."""
    wanted = expected(_telling(failure))
    if failure.kind == END:
        return failure.error("unexpected-end", f"this ends where {wanted} was expected")
    if failure.kind == "_NL":
        return failure.error("unexpected-text", f"the line ends where {wanted} was expected")
    if not failure.kind:
        char = failure.rest[0]
        shown = char if char.isprintable() else f"U+{ord(char):04X}"
        return failure.error("unknown-character", f"`{shown}` has no meaning here", mark=f"expected {wanted}")
    return failure.error("unexpected-text", f"`{failure.short}` cannot stand here", mark=f"expected {wanted}")


def _telling(failure: Failure) -> frozenset[str]:
    """What was expected, without the `=` that makes any keyword the name of a setting."""
    last = failure.previous
    is_keyword = last is not None and last.type == last.upper()
    return failure.accepts - {"EQUAL"} if is_keyword and len(failure.accepts) > 1 else failure.accepts
