"""What a diagnostic is: an id, a severity, labelled spans, at most one help, at most one fix.

A stage never prints. It returns its value and the diagnostics it found; the command line draws them.
"""

from __future__ import annotations

from typing import Literal

from mtdsl.diag.source import Span
from mtdsl.frozen import Frozen, node

Severity = Literal["error", "warning", "note"]


@node
class Label(Frozen):
    """A short remark under a piece of source text."""

    span: Span
    message: str = ""


@node
class Change(Frozen):
    """Text to be replaced: what `span` covers becomes `replacement`."""

    span: Span
    replacement: str


@node
class Fix(Frozen):
    """Changes that a machine may make, all or none; they do not overlap.

    Where `safe`, what was meant leaves no doubt. An unsafe one gives the recipe a meaning that its author has to want.
    """

    title: str
    changes: tuple[Change, ...]
    safe: bool = True

    @classmethod
    def write(cls, span: Span, replacement: str, *, title: str = "", safe: bool = True) -> Fix:
        """Writes `replacement` in place of what `span` covers."""
        return cls(title or f"write `{replacement.strip()}`", (Change(span, replacement),), safe)


@node
class Diagnostic(Frozen):
    """One thing that is wrong or worth knowing.

    `labels[0]` is the primary one, where the reader should look first; it may be missing where no text is to blame.
    `settings` are those of `--set` that it depends on, as written: `budget=100B`. `about` is the node and attribute of the
    plan that it speaks of, where whoever found it knew the plan and not the recipe; see `mtdsl.plan.origins.located`.
    """

    id: str
    severity: Severity
    message: str
    labels: tuple[Label, ...] = ()
    help: str | None = None
    fix: Fix | None = None
    settings: tuple[str, ...] = ()
    about: tuple[str, str] | None = None
