"""`mtdsl check --fix`: makes the changes that diagnostics propose, until none is left to make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mtdsl.cli.output import changed_meanwhile, replace
from mtdsl.cli.recipes import Sets, settings
from mtdsl.diag import Change, Diagnostic, Refusal, Report, Source, Span
from mtdsl.diag.columns import shown
from mtdsl.diag.mending import changed, extents, rewritten, together

ROUNDS = 100
"""Times a recipe is read anew: a fix may uncover the next mistake, but no recipe has a hundred behind one another."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was done, and where it stood before."""

    id: str
    title: str
    where: Span

    def __str__(self) -> str:
        return shown(f"fixed {self.where.source.path}:{self.where.line}: {self.title} ({self.id})")


def fix(recipe: Path, sets: Sets, *, unsafe: bool) -> tuple[tuple[Fixed, ...], tuple[Diagnostic, ...]]:
    """Mends a recipe and the files it uses; each file is replaced whole, and left alone where it would read or plan worse.

    Gives what was written, and why files could not be.
    """
    work = _Mending(recipe, sets, unsafe)
    for _ in range(ROUNDS):
        if not work.round():
            break
    return tuple(work.done), tuple(work.refused.values())


@dataclass(slots=True)
class _Mending:
    """One recipe on its way; `refused` are the files that could not be written, by path."""

    recipe: Path
    sets: Sets
    unsafe: bool
    done: list[Fixed] = field(default_factory=list)
    refused: dict[str, Diagnostic] = field(default_factory=dict)

    def round(self) -> bool:
        """Reads, chooses and writes once; whether anything was written."""
        before = self._found()
        proposed = list(together(filter(self._possible, before), unsafe=self.unsafe))
        chosen = self._chosen(proposed, before)
        written = {source for source, changes in _by_file(chosen) if self._written(source, changes)}
        made = [one for one in chosen if one.fix and {change.span.source for change in one.fix.changes} <= written]
        self.done += [Fixed(one.id, one.fix.title, one.fix.changes[0].span) for one in made if one.fix]
        return bool(made)

    def _found(self) -> tuple[Diagnostic, ...]:
        from mtdsl.plan import compile
        from mtdsl.registry import installed

        return compile(self.recipe, settings(self.sets), installed())[1]

    def _possible(self, found: Diagnostic) -> bool:
        """Whether a fix changes only recipes that can be written: what followed `--set` is in no file."""
        paths = [change.span.source.path for change in found.fix.changes] if found.fix else []
        return bool(paths) and all(Path(path).is_file() and path not in self.refused for path in paths)

    def _chosen(self, proposed: list[Diagnostic], before: Sequence[Diagnostic]) -> list[Diagnostic]:
        """All, or where they cannot all be made, one after the other those that can."""
        if not proposed or self._mends(proposed, before):
            return proposed
        chosen: list[Diagnostic] = []
        for one in proposed:
            if self._mends([*chosen, one], before):
                chosen.append(one)
        return chosen

    def _mends(self, fixes: Sequence[Diagnostic], before: Sequence[Diagnostic]) -> bool:
        """Whether the recipe reads and plans no worse with these fixes.

        The mend of an error may uncover the next one elsewhere, but it must not be one itself.
        """
        from mtdsl.lang import files

        edits = list(_by_file(fixes))
        if any(_errors(changed(source.text, changes)) > _errors(source.text) for source, changes in edits):
            return False
        contents = {Path(source.path).resolve(): changed(source.text, changes).encode() for source, changes in edits}
        with files.unsaved(contents):
            after = self._found()
        known = {(one.id, one.message) for one in before}
        new = [one for one in after if one.severity == "error" and (one.id, one.message) not in known]
        uncovers = any(one.severity == "error" for one in fixes)
        return not new or (uncovers and not any(_within(one, edits) for one in new))

    def _written(self, source: Source, changes: Sequence[Change]) -> bool:
        try:
            _write(Path(source.path), source, changes)
        except Refusal as refusal:
            self.refused[source.path] = refusal.diagnostics[0]
            return False
        return True


def _by_file(found: Sequence[Diagnostic]) -> Iterator[tuple[Source, list[Change]]]:
    changes = [change for one in found if one.fix for change in one.fix.changes]
    for source in dict.fromkeys(change.span.source for change in changes):
        yield source, [change for change in changes if change.span.source == source]


def _within(found: Diagnostic, edits: Sequence[tuple[Source, list[Change]]]) -> bool:
    """Whether a mistake lies in what the edits wrote."""
    if not found.labels:
        return False
    span = found.labels[0].span
    places = (place for source, changes in edits if source.path == span.source.path for place in extents(changes))
    return any(start <= span.start and span.end <= end for start, end in places)


def _errors(text: str) -> int:
    from mtdsl.lang import parse

    return sum(one.severity == "error" for one in parse(Source("", text))[1])


def _write(path: Path, source: Source, changes: Sequence[Change]) -> None:
    """Raises a `Refusal` where the file is not what was read any more, or cannot be written."""
    from mtdsl.lang import files

    raw = path.read_bytes()
    if files.decoded(raw, source.path, None, Report()) != source:
        raise changed_meanwhile(path)
    replace(path, rewritten(raw.decode(), changes).encode(), raw)
