"""Did you mean: the nearest of the names that are known, wherever one is written that is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from mtdsl.diag.model import Fix
from mtdsl.diag.source import Span

LIKE = 0.65
"""Similarity (2 x common characters / all characters) from which on a name is worth offering."""

SURE = 0.8
"""Similarity from which on a name is taken for a slip, if no other name comes as near."""

MOST = 1000
"""Names that are compared; of more, those with the same first letter."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that differs in case only, else the most similar one; None where none is similar."""
    found = _ranked(name, tuple(known))
    return found[0][1] if found else None


def suggest(name: str, span: Span, known: Iterable[str], otherwise: str | None = None) -> tuple[str | None, Fix | None]:
    """A help that offers the nearest name, and the fix that writes it; `otherwise` is the help where none is near.

    The fix is safe where the slip leaves no doubt. `span` covers the name, or begins with it.
    """
    found = _ranked(name, tuple(known))
    if not found or found[0][1] == name:  # known, and wrong in some other way
        return otherwise, None
    likeness, best = found[0]
    alone = len(found) == 1 or found[1][0] < likeness
    safe = alone and likeness >= SURE and _digits(name) == _digits(best)
    fix = Fix.write(Span(span.source, span.start, span.start + len(name)), best, safe=safe)
    stands_there = re.match(rf"{re.escape(name)}(?!\w)", span.text)
    return f"did you mean `{best}`?", fix if stands_there else None


@lru_cache(maxsize=64)
def _ranked(name: str, known: tuple[str, ...]) -> list[tuple[float, str]]:
    """The two most similar names, best first; one that differs in case only has similarity 1.

    Kept, since the same slip is often found in thousands of phases.
    """
    from difflib import SequenceMatcher, get_close_matches

    lowered = {other.casefold(): other for other in _few(name, known)}
    matches = get_close_matches(name.casefold(), lowered, 2, LIKE)
    ranked = [(SequenceMatcher(None, other, name.casefold()).ratio(), lowered[other]) for other in matches]
    return sorted(ranked, key=lambda pair: -pair[0])


def _few(name: str, known: tuple[str, ...]) -> Sequence[str]:
    same = (other for other in known if other[:1].casefold() == name[:1].casefold())
    return known if len(known) <= MOST else list(same)[:MOST]


def _digits(name: str) -> str:
    return "".join(char for char in name if char.isdigit())
