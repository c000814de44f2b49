"""The one way to lay out a recipe: the same tokens and comments, on the same lines, with other spaces between them.

A text goes through lines, columns and layout; the proof at the end refuses a result that says anything else.
"""

from __future__ import annotations

from mtdsl.diag import Diagnostic, Source
from mtdsl.lang import parse

__all__ = ["formatted"]


def formatted(source: Source) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of `source` as it should look, its lines ended by a newline each; None, and why, where it cannot be read.

    Raises `Unsafe` (a mistake of ours) rather than return a text that says something else.
    """
    from mtdsl.lang.format.layout import laid_out
    from mtdsl.lang.format.lines import lines
    from mtdsl.lang.format.proof import prove

    file, found = parse(source)
    errors = tuple(one for one in found if one.severity == "error")
    if errors:
        return None, errors
    text = laid_out(lines(source))
    if text != source.text:
        prove(file, Source(source.path, text))
    return text, ()
