"""How much of a locked source is in a part of it, as far as the lock's lengths tell."""

from __future__ import annotations

from mtdsl.plan.lock import LockedSource, Sized
from mtdsl.plan.model import Known
from mtdsl.plan.views import Lengths

MORE = "the lock was made before the recipe had this part: run `mtdsl lock`"


def part(found: LockedSource, lengths: Lengths) -> tuple[Known, Known, Known]:
    """Tokens, documents and the longest document of the documents of those lengths; unknown where the lock cannot tell."""
    sizes = [(_from(found, low), Sized(0, 0) if high is None else _from(found, high)) for low, high in lengths]
    known = [(at, above) for at, above in sizes if at is not None and above is not None]
    longest = _longest(found, lengths)
    if len(known) < len(sizes):
        return Known(None, "unknown", MORE), Known(None, "unknown", MORE), longest
    tokens = sum(at.tokens - above.tokens for at, above in known)
    documents = sum(at.documents - above.documents for at, above in known)
    return Known(tokens, "measured"), Known(documents, "measured"), longest


def _from(found: LockedSource, least: int) -> Sized | None:
    """What is in documents of at least so many tokens."""
    if found.tokens is None or found.longest is None:
        return None
    if least <= 1:  # a document has at least the token that ends it
        return Sized(found.documents, found.tokens)
    return Sized(0, 0) if least > found.longest else found.lengths.get(str(least))


def _longest(found: LockedSource, lengths: Lengths) -> Known:
    """The longest of all, where the part has no upper end; else its end."""
    if found.longest is None:
        return Known(None, "unknown", "`mtdsl lock` measures it")
    last = lengths[-1][1]
    return Known(found.longest, "measured") if last is None or last > found.longest else Known(last - 1, "bounded")
