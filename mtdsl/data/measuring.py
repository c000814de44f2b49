"""What `mtdsl lock` measures of text: sources and the tokenizer that counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mtdsl.data.elsewhere import commit_of, folder_of
from mtdsl.data.reading import Reading, Say, bound
from mtdsl.data.table import read
from mtdsl.data.tokenise import table
from mtdsl.data.tokenizer import Encoder, obtain
from mtdsl.frozen import Frozen
from mtdsl.plan.lock import Lock, LockedSource, LockedTokenizer, Sized
from mtdsl.plan.model import Pin, Plan, Source, Tokenizer
from mtdsl.plan.pins import pinned
from mtdsl.plan.tokenizers import asked, first_sources
from mtdsl.plan.views import known
from mtdsl.registry import Registry

SHORTEST = 1024
"""Documents are counted by length from here on, in powers of two: shorter ones fit any window."""


@dataclass(frozen=True)
class Item:
    """One entry of a lock. `why` says in which way `was` does not fit any more, `""` where it does; both may refuse."""

    name: str
    was: Frozen | None
    why: Callable[[], str]
    measure: Callable[[], Frozen]


class Measuring:
    """Compares the text that a plan names with a lock, and measures what is other; what cannot be read is a `Refusal`."""

    def __init__(self, plan: Plan, base: Path, cache: Path, registry: Registry, lock: Lock, say: Say) -> None:
        self._plan, self._base, self._cache, self._lock, self._say = plan, base, cache, lock, say
        self._registry = registry
        there = [source for source in plan.sources if source.source is not None]
        whole = {source.of or source.name: _whole(source) for source in there}
        self._readings = {name: bound(source, base, registry) for name, source in whole.items()}
        self._heard = {source.name: self._readings[source.of or source.name] for source in there}

    def items(self) -> Iterator[Item]:
        """The tokenizer, where it is named or has something to count, then every source that has text."""
        wanted = asked(self._plan)
        named = self._plan.tokenizer is not None and self._plan.tokenizer.kind == "hub"
        if wanted is not None and (named or self._readings):
            was = self._lock.tokenizer
            yield Item("tokenizer", was, lambda: self._tokenizer_differs(wanted), lambda: self._tokenizer(wanted))
        for name, reading in self._readings.items():
            yield Item(
                f"data {name}",
                self._lock.sources.get(name),
                lambda reading=reading: self._source_differs(reading),  # type: ignore[misc]
                lambda reading=reading: self._source(reading),  # type: ignore[misc]
            )

    # ---- the tokenizer

    @cached_property
    def _commit(self) -> str:
        """Of a tokenizer on the hub; empty for one that is trained or lies in a folder."""
        wanted = asked(self._plan)
        name = str(wanted.params["name"]) if wanted and wanted.kind == "hub" else ""
        return commit_of(name, "tokenizer-missing") if name and not folder_of(name, self._base, "tokenizer-missing") else ""

    @cached_property
    def _encoder(self) -> Encoder:
        self._check_heard()
        plan = pinned(replace(self._plan, pins={"tokenizer": Pin("", self._commit)}))
        return obtain(plan, self._base, self._cache, self._heard, self._say)

    def _check_heard(self) -> None:
        """Raises a `Refusal` where a tokenizer is to be trained on text that is only declared, as a run does."""
        wanted = asked(self._plan)
        names = self._trained_on(wanted) if wanted else ()
        for source in self._plan.sources:
            if source.name in names and source.name not in self._heard:
                bound(source, self._base, self._registry)

    def _tokenizer_differs(self, wanted: Tokenizer) -> str:
        self._check_heard()
        was = self._lock.tokenizer
        if was is None:
            return "is new"
        if (was.described, was.sources) != (wanted, self._trained_on(wanted)):
            return "is another"
        if wanted.kind == "bpe":
            changed = [name for name in was.sources if self._text_differs(self._heard[name])]
            return f"was trained on text that is another now: {', '.join(f'`{name}`' for name in changed)}" if changed else ""
        return "has other content" if was.content != self._encoder.hash else ""

    def _tokenizer(self, wanted: Tokenizer) -> LockedTokenizer:
        encoder = self._encoder
        return LockedTokenizer(wanted, encoder.hash, encoder.vocab, self._trained_on(wanted), self._commit)

    def _trained_on(self, wanted: Tokenizer) -> tuple[str, ...]:
        return first_sources(self._plan) if wanted.kind == "bpe" else ()

    # ---- sources

    def _source_differs(self, reading: Reading) -> str:
        was, wanted = self._lock.sources.get(reading.source.name), asked(self._plan)
        if was is not None and not self._text_differs(reading) and wanted is not None:
            if was.tokens is None:
                return "was not counted yet"
            if any(str(bound) not in was.lengths for bound in self._bounds(reading) if bound <= (was.longest or 0)):
                return "has parts that were not counted"
            return "was counted with another tokenizer" if self._tokenizer_differs(wanted) else ""
        return self._text_differs(reading)

    def _text_differs(self, reading: Reading) -> str:
        was = self._lock.sources.get(reading.source.name)
        if was is None:
            return "is new"
        if was.described != reading.source.source:
            return "is described in another way"
        return "has other content" if was.content != reading.fingerprint else ""

    def _source(self, reading: Reading) -> LockedSource:
        assert reading.source.source is not None
        described, content, commit = reading.source.source, reading.fingerprint, reading.commit
        if asked(self._plan) is None:
            return LockedSource(described, content, reading.count(), revision=commit)
        lengths = np.diff(read(table(reading, self._encoder, self._cache, self._say)).bounds)
        return LockedSource(
            described,
            content,
            len(lengths),
            int(lengths.sum()),
            int(lengths.max()),
            by_length(lengths, self._bounds(reading)),
            commit,
        )

    def _bounds(self, reading: Reading) -> set[int]:
        """Where the parts of a source that the recipe reads begin and end, in tokens; every document has one."""
        name = reading.source.name
        parts = (
            known(source.where)
            for source in self._plan.sources
            if source.where is not None and name in (source.of, source.name)
        )
        return {bound for part in parts for span in part for bound in span if bound is not None and bound > 1}


def _whole(source: Source) -> Source:
    """The source that a part is cut from; itself where it is none."""
    return replace(source, name=source.of or source.name, of="", where=None)


def by_length(lengths: npt.NDArray[np.int64], bounds: Iterable[int] = ()) -> Mapping[str, Sized]:
    """What is in documents of at least 1,024 tokens, 2,048 and so on, and of at least each of `bounds`, up to the longest.

    `lengths` in tokens, shape `[n]`.
    """
    longest = int(lengths.max(initial=0))
    powers = (SHORTEST << at for at in range(longest.bit_length()))
    wanted = sorted(least for least in {*powers, *bounds} if least <= longest)
    return {str(least): Sized(int((lengths >= least).sum()), int(lengths[lengths >= least].sum())) for least in wanted}
