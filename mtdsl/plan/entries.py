"""The entries of a mixture in braces."""

from __future__ import annotations

from collections.abc import Mapping

from mtdsl.diag import Label
from mtdsl.diag.mistake import mistake
from mtdsl.lang import tree
from mtdsl.plan.attributes import DESCRIPTIVE


def entries_of(body: tree.Body) -> Mapping[str, tree.Attribute]:
    """The shares by name, without what only describes. Raises `Mistake` for one that is given twice."""
    found: dict[str, tree.Attribute] = {}
    for entry in body.entries:
        if isinstance(entry, tree.When):
            raise mistake("not-a-mix", "a mix has shares only", entry.span)
        if entry.name in found:
            # the very words of `mtdsl.plan.names`, which tells of declared mixtures too: a report keeps one of the two
            labels = Label(entry.name_span, "given again here"), Label(found[entry.name].name_span, "first given here")
            raise mistake("declared-twice", f"`{entry.name}` is given twice", *labels)
        if entry.name not in DESCRIPTIVE:
            found[entry.name] = entry
    return found
