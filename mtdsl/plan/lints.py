"""Runs every lint of the registry over a plan, and finds the lines that its remarks speak of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, cast

from mtdsl.diag import Diagnostic, Fix, Label, Report, Span
from mtdsl.plan.model import Plan
from mtdsl.plan.origins import Origins
from mtdsl.registry import Entry, Registry
from mtdsl.registry.remarks import Edit, Place, Remark, checked
from mtdsl.registry.strangers import Failed, ask

if TYPE_CHECKING:
    from mtdsl.registry.factories import Linting


def lint(plan: Plan, written: Origins, registry: Registry, report: Report) -> None:
    """Adds the remarks of all lints to `report`. A lint that fails is a warning, and the others go on.

    Members of a family share their lines: of several remarks of one lint that point at one place, the first is kept.
    """
    for name in registry.names("lint"):
        for entry in registry.find("lint", name):
            try:
                said = ask(lambda entry=entry: _said(entry, plan, written))  # type: ignore[misc]
            except Failed as failed:  # it must not stop the others
                report.warning("plugin-broken", f"the lint `{name}` of `{entry.package}` failed: {failed}")
                continue
            first: dict[object, Diagnostic] = {}
            for found in said:
                first.setdefault(found.labels[0].span if found.labels else found.message, found)
            report.extend(tuple(first.values()))


def _said(entry: Entry, plan: Plan, written: Origins) -> list[Diagnostic]:
    """All findings of one lint. Raises `TypeError` for what is no remark."""
    remarks = cast("Linting", entry.factory())(plan, written)
    return [_diagnostic(entry.name, checked(remark), written) for remark in remarks]


def _diagnostic(name: str, remark: Remark, written: Origins) -> Diagnostic:
    labels = tuple(_once(label for place in remark.places if (label := _label(place, written)) is not None))
    return Diagnostic(name, remark.severity, remark.message, labels, remark.help, _fix(remark.edit, written))


def _once(labels: Iterable[Label]) -> Iterator[Label]:
    """The labels without those that say nothing about a span marked already: members of a family share their lines."""
    marked = set[Span]()
    for label in labels:
        if label.message or label.span not in marked:
            yield label
        marked.add(label.span)


def _label(place: Place, written: Origins) -> Label | None:
    span = written.span(place.node, place.attribute)
    return None if span is None else Label(span, place.message)


def _fix(edit: Edit | None, written: Origins) -> Fix | None:
    span = written.of(edit.place.node, edit.place.attribute).span if edit else None
    return None if edit is None or span is None else Fix.write(span, edit.replacement, title=edit.title, safe=edit.safe)
