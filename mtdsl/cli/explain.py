"""`mtdsl explain`: what a diagnostic means, and a recipe that shows it."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from mtdsl.cli.failure import Misuse

if TYPE_CHECKING:
    from mtdsl.diag.catalogue import Entry


Format = Literal["text", "json", "markdown"]


def explain(id: str | None = None, /, *, format_: Format = "text") -> int:
    """Explain a diagnostic by its id, such as lr-jump; without one, list all.

    Parameters
    ----------
    id
        What stands in brackets behind `error`, `warning` or `note`.
    format_
        text for people, json for machines, markdown for a page of documentation.
    """
    from mtdsl.registry import installed
    from mtdsl.registry.meanings import meaning, meanings

    if id is None:
        sys.stdout.write(_listed(list(meanings(installed())), format_))
        return 0
    entry = meaning(id, installed())
    if entry is None:
        from mtdsl.diag.catalogue.aliases import ALIASES
        from mtdsl.diag.nearest import nearest

        if id in ALIASES:
            raise Misuse(f"there is no diagnostic `{id}`; see {' and '.join(f'`{other}`' for other in ALIASES[id])}")
        near = nearest(id, [other.id for other in meanings(installed())])
        raise Misuse(f"there is no diagnostic `{id}`" + (f"; did you mean `{near}`?" if near else ""))
    sys.stdout.write(_told(entry, format_))
    return 0


def _listed(entries: list[Entry], form: Format) -> str:
    if form == "json":
        return json.dumps([_fields(entry) for entry in entries], indent=2) + "\n"
    if form == "markdown":
        from mtdsl.cli.explain_pages import page

        return page(entries)
    wide = max(len(entry.id) for entry in entries)
    blocks = [
        "\n".join([subject, *(f"  {entry.id:<{wide}}  {entry.summary}" for entry in group)])
        for subject, group in groupby(entries, key=lambda entry: entry.subject)
    ]
    return "\n\n".join(blocks) + "\n"


def _told(entry: Entry, form: Format) -> str:
    if form == "json":
        return json.dumps(_fields(entry), indent=2) + "\n"
    if form == "markdown":
        from mtdsl.cli.explain_pages import section

        return section(entry)
    from mtdsl.plan.examples import example

    shown = example(entry.id)
    parts = [f"{entry.id}: {entry.summary}", entry.explanation]
    parts += [f"For example, {shown.name}:", _indented(shown.text), "mtdsl check says:", _indented(shown.said)] if shown else []
    return "\n\n".join(filter(None, parts)) + "\n"


def _fields(entry: Entry) -> dict[str, str]:
    return {"id": entry.id, "subject": entry.subject, "summary": entry.summary, "explanation": entry.explanation}


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().split("\n"))
