"""`mtdsl fmt`: the one way to lay out recipes."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from mtdsl.cli.inputs import SHOWN, STDIN, named, piped
from mtdsl.cli.output import replace
from mtdsl.cli.recipes import draw
from mtdsl.diag import Refusal, Report
from mtdsl.lang import files
from mtdsl.lang.format import formatted


@dataclass(frozen=True)
class Layout:
    """One recipe's bytes as they are and as they should be."""

    path: Path
    before: bytes
    after: bytes

    @property
    def differs(self) -> bool:
        """Whether there is anything to do."""
        return self.before != self.after

    def diff(self) -> str:
        """What would change, as `patch` reads it."""
        before, after = (_lines(content) for content in (self.before, self.after))
        return "".join(map(_ended, unified_diff(before, after, f"{self.path} (before)", f"{self.path} (after)")))


def fmt(recipes: list[Path], /, *, check: bool = False, diff: bool = False) -> int:
    """Lay out recipes the one way there is: the spaces between words change, never the lines.

    Exits 1 where a recipe cannot be read (it is left as it is) and, with --check or --diff, where one would change.

    Parameters
    ----------
    recipes
        Recipes (.mtr), folders of them, or - to read standard input and write to standard output.
    check
        Write nothing; name the recipes that would change.
    diff
        Write nothing; show what would change.
    """
    report = Report()
    only_shown = check or diff
    seen = changing = 0
    for path in named(recipes):
        layout = _layout(path, report)
        if layout is not None:
            seen += 1
            changing += _show(layout, diff=diff) if only_shown else _write(layout, report)
    draw(report.done())
    sys.stderr.write("" if STDIN in recipes else _summary(seen, changing, only_shown=only_shown))
    return int(report.failed or (only_shown and bool(changing)))


def _layout(path: Path, report: Report) -> Layout | None:
    """How a recipe should look; None after saying why it cannot be read. Lines end as its first one does, no BOM is kept."""
    shown = SHOWN if path == STDIN else str(path)
    before = piped() if path == STDIN else files.content_of(path, shown, None, report)
    source = None if before is None else files.decoded(before, shown, None, report)
    if before is None or source is None:
        return None
    text, wrong = formatted(source)
    report.extend(wrong)
    if text is None:
        return None
    first, newline, _ = before.partition(b"\n")
    ending = "\r\n" if newline and first.endswith(b"\r") else "\n"
    return Layout(path, before, text.replace("\n", ending).encode())


def _show(layout: Layout, *, diff: bool) -> bool:
    """Whether the recipe would change, after saying so."""
    if layout.differs:
        sys.stdout.write(layout.diff() if diff else f"{layout.path}\n")
    return layout.differs


def _write(layout: Layout, report: Report) -> bool:
    """Whether the recipe was replaced; the others are done where this one cannot be."""
    if layout.path == STDIN:
        sys.stdout.buffer.write(layout.after)
    elif layout.differs:
        try:
            replace(layout.path, layout.after, layout.before)
        except Refusal as refusal:
            report.extend(refusal.diagnostics)
            return False
    return layout.differs


def _summary(all_: int, changing: int, *, only_shown: bool) -> str:
    did = "would change" if only_shown else "changed"
    return f"{all_} recipe{'s' * (all_ != 1)}: {changing or 'none'} {did}\n"


def _lines(content: bytes) -> list[str]:
    return io.StringIO(content.decode(), newline="\n").readlines()


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
