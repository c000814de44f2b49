"""The order in which findings are read: down the recipe, then down each file that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mtdsl.diag.model import Diagnostic


def in_order(found: Iterable[Diagnostic], files: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Errors, warnings and notes together by where they stand; those of one line keep their order.

    `files` are paths in the order they are told of. What stands in no text comes first, what stands in others last.
    """
    ranks = {path: rank for rank, path in reversed(list(enumerate(files)))}
    return tuple(sorted(found, key=lambda one: _place(one, ranks)))


def _place(found: Diagnostic, ranks: dict[str, int]) -> tuple[int, int]:
    if not found.labels:
        return -1, 0
    span = found.labels[0].span
    return ranks.get(span.source.path, len(ranks)), span.line
