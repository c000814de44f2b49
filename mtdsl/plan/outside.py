"""What a used file says that a recipe does not take over from it: only names cross from file to file."""

from __future__ import annotations

from mtdsl.diag import Label, Report
from mtdsl.lang import tree

DESCRIPTIVE = ("cite", "conflict")
OWN = (tree.Setting, tree.Flow, tree.Transition, tree.Schedule, tree.Check)


def says_more(use: tree.Use, file: tree.File, report: Report) -> None:
    """Tells of the first thing that has no effect here: a warning, but a note where the file is a recipe of its own."""
    more = [item for item in file.items if isinstance(item, OWN) and not _descriptive(item)]
    if not more:
        return
    first, others = more[0], len(more) - 1
    message = f"`{use.path}` also says `{_said(first)}`" + (f" and {others} more" if others else "")
    labels = Label(use.path_span, "only names are taken from it"), Label(first.span, "this has no effect here")
    if any(isinstance(item, tree.Recipe) for item in file.items):
        report.note("used-file-says-more", f"{message}, which counts in that recipe only", *labels)
        return
    hint = "write it in the recipe, or in a phase of that file that others are `like`"
    report.warning("used-file-says-more", f"{message}, which counts nowhere", *labels, help=hint)


def _descriptive(item: tree.AnyItem) -> bool:
    return isinstance(item, tree.Setting) and item.attribute.name in DESCRIPTIVE


def _said(item: tree.AnyItem) -> str:
    """The item in a few characters."""
    text = " ".join(item.span.text.partition("{")[0].split())
    return text if len(text) <= 40 else f"{text[:37]}..."
