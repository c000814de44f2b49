"""From text to syntax tree: `parse` reads a recipe, `parse_expression` what follows `--set name=`.

The tree's classes are in `mtdsl.lang.tree`. The parser generator is imported where a text is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.diag import Diagnostic, Source
    from mtdsl.lang.tree import Expr, File

__all__ = ["parse", "parse_expression"]


def parse(source: Source) -> tuple[File, tuple[Diagnostic, ...]]:
    """Read a recipe file; never raises, whatever the text.

    Items that cannot be read are missing from the tree, and each is reported by one diagnostic.
    """
    from mtdsl.lang.reader import read_file

    return read_file(source)


def parse_expression(source: Source) -> tuple[Expr | None, tuple[Diagnostic, ...]]:
    """Read one expression, such as `100B` or `[32k, 64k]`; None, and a diagnostic, where it is not one."""
    from mtdsl.lang.reader import read_expression

    return read_expression(source)
