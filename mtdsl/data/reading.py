"""A source of the plan, bound to its plugin and the recipe's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mtdsl.diag import Refusal, concerning, refuse
from mtdsl.plan.curves import sources_of
from mtdsl.plan.model import Plan, Source
from mtdsl.registry import Registry
from mtdsl.registry.factories import Documents, Tokenised

T = TypeVar("T")
Say = Callable[[str], None]
"""Takes one line of progress."""


@dataclass(frozen=True)
class Reading:
    """The documents of one named source."""

    source: Source
    documents: Documents
    base: Path

    @cached_property
    def fingerprint(self) -> str:
        """The hash of the content, computed once."""
        return self._named(lambda: self.documents.fingerprint(self.base))

    @cached_property
    def commit(self) -> str:
        """The commit of a source that lies on a hub; empty for any other."""
        documents: Any = self.documents
        return self._named(lambda: documents.commit(self.base)) if hasattr(documents, "commit") else ""

    def texts(self) -> Iterator[str]:
        """The documents that are not empty."""
        texts = self._named(lambda: self.documents.texts(self.base))
        while (text := self._named(lambda: next(texts, None))) is not None:
            if text:
                yield _encodable(text)

    def ids(self) -> Iterator[npt.NDArray[np.integer[Any]]]:
        """The ids of each document that is not empty, of a source that `is_tokens`."""
        documents: Any = self.documents
        found = self._named(lambda: documents.ids(self.base))
        while (ids := self._named(lambda: next(found, None))) is not None:
            if len(ids):
                yield ids

    @property
    def is_tokens(self) -> bool:
        """Whether it holds tokens in place of text."""
        return isinstance(self.documents, Tokenised)

    def count(self) -> int:
        """How many documents there are, all of which are read."""
        return sum(1 for _ in (self.ids() if self.is_tokens else self.texts()))

    def values(self, column: str) -> Iterator[object]:
        """The value that each of `texts` has in a column; the source must be a `Keyed` one."""
        documents: Any = self.documents
        found = documents.keyed(self.base, column)
        while (document := self._named(lambda: next(found, None))) is not None:
            if document[0]:
                yield document[1]

    def _named(self, work: Callable[[], T]) -> T:
        """What `work` gives; a refusal is made to name the source."""
        try:
            with concerning(self.source.name, "source"):
                return work()
        except Refusal as refusal:
            named = (replace(found, message=f"`{self.source.name}`: {found.message}") for found in refusal.diagnostics)
            raise Refusal(*named) from refusal


def readings(plan: Plan, base: Path, registry: Registry) -> dict[str, Reading]:
    """Every source that a phase of the plan is fed, by name. Raises `Refusal` for one that is only declared."""
    fed = {name for phase in plan.phases if phase.mix for name in sources_of(phase.mix)}
    return {source.name: bound(source, base, registry) for source in plan.sources if source.name in fed}


def bound(source: Source, base: Path, registry: Registry) -> Reading:
    """A source with its plugin. Raises `Refusal` for one that is only declared."""
    if source.source is None:
        hint = f'say where its documents are: data {source.name} {{ source = jsonl("...") }}'
        message = f"`{source.name}` is declared, but nothing says where its text is"
        with concerning(source.name):
            raise refuse("source-declared", message, help=hint)
    return Reading(source, registry.build("source", source.source.name, source.source.params), base)


def _encodable(text: str) -> str:
    """The text with lone surrogates, which JSON may escape and UTF-8 cannot hold, replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
