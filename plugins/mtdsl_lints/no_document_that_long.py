"""A long window without long documents."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from mtdsl import Place, Remark
from mtdsl.plan.curves import sources_of
from mtdsl.view.numbers import count, length

if TYPE_CHECKING:
    from mtdsl.plan.model import Plan, Source, Test
    from mtdsl.plan.origins import Origins

RARE = 32
"""A mean this many times shorter than the window: at most one document in so many can fill it (Markov's inequality)."""


def no_document_that_long(plan: Plan, written: Origins, /) -> Iterator[Remark]:
    """A phase grows the window, and as far as is known none of its sources has documents that fill it.

    A window of short texts packed together teaches nothing about distance: what is far away never helps to predict. Long
    documents have to be chosen or weighted up (arXiv:2402.10171). A source counts as short where its view ends below the
    window, where its longest document does (as `mtdsl lock` measured it), where all of it is less than one window, or where a
    document has 1/32 of a window on average or less.
    """
    sources = {source.name: source for source in plan.sources}
    for phase in plan.phases:
        start, end = phase.context.start, phase.context.end
        if phase.mix is None or start is None or end <= start:
            continue
        short = _short([sources.get(name) for name in sources_of(phase.mix)], end)
        if short:
            name, (_, why) = max(short.items(), key=lambda item: item[1][0])
            whole = sources[name].of or name
            yield Remark(
                f"the window of `{phase.name}` grows to {length(end)}, and none of its sources has documents that long",
                (Place(phase.name, "context"), Place(phase.name, f"mix.{name}", f"`{name}` {why}")),
                help=f"add a source of long documents, such as `{whole}(doc.length >= {length(end)})`",
            )


def _short(sources: list[Source | None], window: int) -> dict[str, tuple[Fraction, str]]:
    """What is known of the longest documents of sources that all stay below a window; empty where one may fill it."""
    found: dict[str, tuple[Fraction, str]] = {}
    for source in sources:
        longest = _longest(source)
        if source is None or longest is None or longest[0] >= window:
            return {}
        found[source.name] = longest
    return found


def _longest(source: Source | None) -> tuple[Fraction, str] | None:
    """How many tokens a document of a source has at most, or nearly all have, and how that is known; None where it is not."""
    if source is None:
        return None
    below = _below(source.where)
    if below is not None:
        return below, f"holds documents of up to {length(int(below))}"
    if source.longest.value is not None:
        return Fraction(source.longest.value), f"has no document longer than {count(source.longest.value)} tokens"
    tokens, documents = source.tokens.value, source.documents.value
    if source.where is not None or tokens is None:
        return None
    if documents:
        mean = Fraction(tokens) / Fraction(documents)
        return mean * RARE, f"has {count(mean)} tokens a document on average"
    return Fraction(tokens), f"has {count(tokens)} tokens in all"


def _below(test: Test | None) -> Fraction | None:
    """The length that a view's documents stay under; None where it names none."""
    if test is None:
        return None
    if test.op in ("and", "or"):
        bounds = [_below(part) for part in test.tests]
        known = [bound for bound in bounds if bound is not None]
        if test.op == "or":
            return max(known) if len(known) == len(bounds) else None
        return min(known, default=None)
    if test.op in ("<", "<=", "==") and test.terms[0].metric == "doc.length":
        return test.terms[1].value
    return None
