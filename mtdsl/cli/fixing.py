"""`mtdsl check --fix`: makes the changes that diagnostics propose, until none is left to make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mtdsl.cli.output import replace
from mtdsl.cli.recipes import Sets, settings
from mtdsl.diag import Change, Diagnostic, Source, Span
from mtdsl.diag.mending import changed, rewritten, together

ROUNDS = 100
"""Times a recipe is read anew: a fix may uncover the next mistake, but no recipe has a hundred behind one another."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done, and where it stood before."""

    id: str
    title: str
    where: Span

    def __str__(self) -> str:
        return f"fixed {self.where.source.path}:{self.where.line}: {self.title} ({self.id})"


def fix(recipe: Path, sets: Sets, *, unsafe: bool) -> tuple[Fixed, ...]:
    """Mends a recipe and the files it uses; each file is replaced whole, and left alone where it would read worse."""
    done: list[Fixed] = []
    for _ in range(ROUNDS):
        step = _round(recipe, sets, unsafe)
        if not step:
            break
        done += step
    return tuple(done)


def _round(recipe: Path, sets: Sets, unsafe: bool) -> list[Fixed]:
    from mtdsl.plan import compile
    from mtdsl.registry import installed

    _, found = compile(recipe, settings(sets), installed())
    all_ = list(together(filter(_in_files, found), unsafe=unsafe))
    chosen = all_ if _reads(all_) else next(([one] for one in all_ if _reads([one])), [])
    for source, changes in _by_file(chosen):
        _write(Path(source.path), source, changes)
    return [Fixed(one.id, one.fix.title, one.fix.changes[0].span) for one in chosen if one.fix]


def _in_files(found: Diagnostic) -> bool:
    """Whether a fix changes recipes only: what followed `--set` is in no file."""
    return found.fix is not None and all(Path(change.span.source.path).is_file() for change in found.fix.changes)


def _by_file(found: Sequence[Diagnostic]) -> Iterator[tuple[Source, list[Change]]]:
    changes = [change for one in found if one.fix for change in one.fix.changes]
    for source in dict.fromkeys(change.span.source for change in changes):
        yield source, [change for change in changes if change.span.source == source]


def _reads(found: Sequence[Diagnostic]) -> bool:
    """Whether every file has at most as many errors of syntax as before, and the changes are in files that are still so."""
    return all(_errors(changed(source.text, changes)) <= _errors(source.text) for source, changes in _by_file(found))


def _errors(text: str) -> int:
    from mtdsl.lang import parse

    return sum(one.severity == "error" for one in parse(Source("", text))[1])


def _write(path: Path, source: Source, changes: Sequence[Change]) -> None:
    raw = path.read_bytes().decode("utf-8")
    if len(raw.replace("\r\n", "\n").removeprefix("\ufeff")) == len(source.text):  # nobody wrote to it meanwhile
        replace(path, rewritten(raw, changes).encode("utf-8"))
