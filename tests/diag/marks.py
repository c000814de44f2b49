"""A recipe to point into, and a way to point."""

from mtdsl.diag import Span

RECIPE = (
    "\n" * 30 + "    lr     = 2e-4 -> 0 by linear\n" + "\n" * 7 + "    lr      = 2e-5 -> 0 by cosine\n\nflow decay -> ctx32k\n"
)


def span(source, piece, nth=1):
    at = -1
    for _ in range(nth):
        at = source.text.index(piece, at + 1)
    return Span(source, at, at + len(piece))
