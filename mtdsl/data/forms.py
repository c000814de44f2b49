"""Documents that are rewritten (fill in the middle): which, how, and their tokens.

A pure function of the stream's seed, the document, the epoch and the share: whatever was read before and however it is batched.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mtdsl.data.keys import number
from mtdsl.registry.rewriting import Chance, Coder, Rewriting

if TYPE_CHECKING:
    from mtdsl.data.documents import Int64
    from mtdsl.data.order import Cursor
    from mtdsl.data.table import Table

KEPT = 1 << 24
"""Tokens of rewritten documents that a source keeps in memory, 8 bytes each."""


class Form(NamedTuple):
    """How a document is given: its tokens `start` up to `stop`, rewritten by the technique that `rules` stands for.

    `key` decides what is left to chance: a number of the stream's seed and the epoch.
    """

    rules: str
    key: int
    start: int
    stop: int


@dataclass(frozen=True)
class Rewriter:
    """A rewriting technique in use: the ids of its special tokens by parameter, and the tokenizer with its bos and eos."""

    technique: Rewriting
    special: Mapping[str, int]
    coder: Coder
    bos: int | None
    eos: int

    def __call__(self, ids: Int64, chance: Chance) -> Int64:
        """A document or a part of it, `[n]`; a bos stays first and an eos last. What comes back is as long as it becomes."""
        first = int(len(ids) > 0 and ids[0] == self.bos)
        last = len(ids) - int(len(ids) > first and ids[-1] == self.eos)
        made = self.technique.rewrite(ids[first:last].tolist(), self.special, self.coder, chance)
        return np.concatenate([ids[:first], np.array(made, np.int64), ids[last:]])


class Forms:
    """The rewritten documents of a table, by form; `rewriters` are those of the whole plan, by the name of their rules."""

    def __init__(self, rewriters: Mapping[str, Rewriter]) -> None:
        self._rewriters = rewriters
        self._kept: OrderedDict[tuple[int, Form], Int64] = OrderedDict()
        self._held = 0

    def tokens(self, table: Table, document: int, form: Form) -> Int64:
        """The tokens of a document in that form, eos included where the form has it."""
        found = self._kept.get((document, form))
        if found is not None:
            self._kept.move_to_end((document, form))
            return found
        ids = np.empty(form.stop - form.start, np.int64)
        table.copy(document, form.start, ids)
        made = self._rewriters[form.rules](ids, chances(form.key, document, form.start)[1])
        self._kept[document, form] = made
        self._held += len(made)
        while self._held > KEPT and len(self._kept) > 1:
            self._held -= len(self._kept.popitem(last=False)[1])
        return made

    def level(self, rules: str) -> str:
        """Whether documents are rewritten whole, or what of them a window holds."""
        return self._rewriters[rules].technique.level


class Forming:
    """Which documents of a stream are rewritten: the share `share` of them, by the technique that `rules` stands for."""

    def __init__(self, table: Table, seed: int, rules: str, share: float) -> None:
        assert table.forms is not None
        self._table, self._seed, self._rules = table, seed, rules
        self._forms, self.share = table.forms, share
        self._epoch = (-1, 0)

    def form(self, document: int, cursor: Cursor, length: int, most: int) -> tuple[Form, int] | None:
        """The form of the document of `length` tokens that a cursor stands in, and its tokens; None where it stays as it is.

        Of one that is rewritten whole they may be more than `most`. One that was begun as it is goes on so.
        """
        key = self._key(cursor.epoch)
        if chances(key, document, cursor.offset)[0] >= self.share:
            return None
        if self._forms.level(self._rules) == "context":
            return self._fitting(document, Form(self._rules, key, cursor.offset, min(length, cursor.offset + most)), most)
        return None if cursor.offset else self._sized(document, Form(self._rules, key, 0, length))

    def _fitting(self, document: int, form: Form, most: int) -> tuple[Form, int] | None:
        """As much of a document as has at most `most` tokens when it is rewritten."""
        while form.stop > form.start:
            found = self._sized(document, form)
            if found[1] <= most:
                return found
            form = form._replace(stop=form.stop - (found[1] - most))
        return None

    def _sized(self, document: int, form: Form) -> tuple[Form, int]:
        return form, len(self._forms.tokens(self._table, document, form))

    def _key(self, epoch: int) -> int:
        if self._epoch[0] != epoch:
            self._epoch = (epoch, number(self._seed, "rewriting", epoch))
        return self._epoch[1]


def chances(key: int, document: int, start: int) -> tuple[float, Chance]:
    """Four numbers from 0 to below 1: the first is below the share of a document that is rewritten, the others are for how."""
    drawn = blake2b(b"%d %d %d" % (key, document, start), digest_size=32).digest()
    whether, *rest = (int.from_bytes(drawn[at : at + 8], "big") / 2.0**64 for at in range(0, 32, 8))
    return min(whether, _BELOW), Chance(*(min(one, _BELOW) for one in rest))


_BELOW = 1 - 2.0**-53
