"""The diagnostics as Markdown: docs/diagnostics.md is `mtdsl explain --format markdown`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mtdsl.diag.catalogue import Entry

HEAD = """\
# Diagnostics

Everything that `mtdsl check`, `plan` and `run` can say of a recipe. `mtdsl explain ID` shows the same in a terminal, with the
recipe that causes it; those recipes are in [tests/diag/cases](../tests/diag/cases). This page is written by
`mtdsl explain --format markdown > docs/diagnostics.md`.

An error means that there is no plan. A warning or a note, and whatever a lint says, can be allowed on its line, with a reason:

```
mask = none  # mtr: allow(mask-changes): the published run did so
```

`mtdsl check --fix` mends what leaves no doubt, `--unsafe-fixes` also what gives the recipe another meaning."""


def page(entries: Sequence[Entry]) -> str:
    """All of them: an index by subject, then a section each."""
    by_subject = [(subject, list(group)) for subject, group in groupby(entries, key=lambda entry: entry.subject)]
    index = "\n\n".join(_index(subject, group) for subject, group in by_subject)
    return f"{HEAD}\n\n{index}\n\n" + "\n".join(map(section, entries))


def section(entry: Entry) -> str:
    """One id: what it means, why it matters, and what is said of the recipe that shows it."""
    from mtdsl.plan.examples import example

    shown = example(entry.id)
    said = f"```text\n{shown.said}\n```" if shown else ""
    return "\n\n".join(filter(None, (f"## {entry.id}", entry.summary, entry.explanation, said))) + "\n"


def _index(subject: str, entries: Sequence[Entry]) -> str:
    rows = "\n".join(f"| [{entry.id}](#{entry.id}) | {entry.summary} |" for entry in entries)
    return f"### {subject}\n\n| id | |\n|---|---|\n{rows}"
