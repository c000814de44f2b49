"""One sequence of a source, as a phase is fed it: its text, and which documents it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mtdsl.data.batch import Borders, collate
from mtdsl.data.feed import Feed
from mtdsl.data.tokenizer import load
from mtdsl.diag import refuse
from mtdsl.plan.curves import sources_of
from mtdsl.plan.steps import step_at

if TYPE_CHECKING:
    from mtdsl.data.corpus import Corpus
    from mtdsl.data.packing import Window
    from mtdsl.plan.model import Phase, Plan
    from mtdsl.registry import Registry


@dataclass(frozen=True)
class Part:
    """A piece of a document in a sequence: its tokens `start` up to `stop` of `length`, and their text.

    `document` counts from 0 in the source's order. `rewritten` documents have other tokens and another length than on disk.
    """

    document: int
    start: int
    stop: int
    length: int
    rewritten: bool
    text: str


@dataclass(frozen=True)
class Sequence:
    """Sequence number `at` of a source in a phase, counted from 1: its parts, and the tokens that no document fills."""

    source: str
    phase: str
    at: int
    step: int
    length: int
    padding: int
    parts: tuple[Part, ...]


def sequence(plan: Plan, corpus: Corpus, registry: Registry, source: str, at: int, phase: str = "") -> Sequence:
    """The sequence; of the first phase that reads the source where none is named.

    Every step before it is laid, also those of the phases whose cursors it goes on from: a token of the source is where a run
    would have it. Raises `Refusal` for a phase or a number that there is not, and for shares that are chosen in the run.
    """
    found = _phase(plan, source, phase)
    feed, length = _begun(plan, found, corpus, registry), 0
    left = at
    for step in range(found.steps):
        if feed.chosen() is not None:
            hint = "look at a phase whose shares the recipe says"
            raise refuse("sequence-unknown", f"what `{found.name}` is fed is chosen while it runs", help=hint)
        length = feed.length
        of_source = [window for window in feed.step() if window.source == source]
        if left <= len(of_source):
            return _shown(of_source[left - 1], corpus, length, (source, found.name, at, step + 1))
        left -= len(of_source)
    raise refuse("sequence-unknown", f"`{found.name}` reads {at - left:,} sequences of `{source}`, and not {at:,}")


def _phase(plan: Plan, source: str, name: str) -> Phase:
    reading = [phase for phase in plan.phases if phase.steps and phase.mix and source in sources_of(phase.mix)]
    found = next((phase for phase in reading if name in ("", phase.name)), None)
    if found is None:
        listed = ", ".join(f"`{phase.name}`" for phase in reading) or "no phase"
        what = f"`{name}` does not read `{source}`" if name else f"no phase reads `{source}`"
        raise refuse("sequence-unknown", what, help=f"it is read by {listed}")
    return found


def _begun(plan: Plan, phase: Phase, corpus: Corpus, registry: Registry) -> Feed:
    """The feed of a phase at its first step, behind all that it goes on from."""
    lineage = [phase]
    phases = {one.name: one for one in plan.phases}
    while lineage[0].transition.data == "continue" and lineage[0].parents and lineage[0].parents[0].node in phases:
        lineage.insert(0, phases[lineage[0].parents[0].node])
    streams: Any = None
    for before, behind in pairwise(lineage):
        if before.steps:
            feed = Feed.begin(plan, before, corpus, registry, streams)
            left = behind.parents[0].at
            for _ in range(before.steps if left is None else step_at(before, left)):
                feed.step()
            streams = feed.state()["streams"]
    return Feed.begin(plan, phase, corpus, registry, streams)


def _shown(window: Window, corpus: Corpus, length: int, place: tuple[str, str, int, int]) -> Sequence:
    decode = load(corpus.tokenizer_dir).decode
    ids, table, parts, end = collate([window], corpus, length, Borders()).input_ids, corpus.tables[window.source], [], 0
    for piece in window.pieces:
        text = decode(ids[end : end + piece.size].tolist())
        rewritten = piece.form is not None
        parts.append(Part(piece.document, piece.start, piece.stop, table.length(piece.document), rewritten, text))
        end += piece.size
    source, phase, at, step = place
    return Sequence(source, phase, at, step, length, length - end, tuple(parts))
