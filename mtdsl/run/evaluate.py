"""Loss on held-out documents, by source or by how much of its document a token could see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
import torch

from mtdsl.data.batch import Borders, Flat, collate
from mtdsl.data.validation import windows
from mtdsl.run.loss import IGNORED

if TYPE_CHECKING:
    from mtdsl.data import Corpus
    from mtdsl.data.packing import Window
    from mtdsl.run.loss import LossModel

MICRO_BATCH = 8192
"""Tokens given to the model at once, or one window where that is longer."""

LIMIT = 1 << 18
"""Held-out tokens of a source that are looked at."""


class Mean(TypedDict):
    """The mean loss in nats over so many labels; None where there are none."""

    loss: float | None
    tokens: int


def by_source(
    loss_model: LossModel, corpus: Corpus, length: int, *, sources: Sequence[str] | None = None, limit: int = LIMIT
) -> dict[str, Mean]:
    """The mean loss of each source in windows of `length` tokens, over at most `limit` held-out tokens of it.

    All sources of the corpus where none are named. The same windows at every call, whatever was trained.
    """
    names = corpus.tables if sources is None else sources
    return {name: means(loss_model, _flats(windows(corpus, name, length, limit), corpus, length), (0,))[0] for name in names}


def means(loss_model: LossModel, flats: Iterable[Flat], edges: Sequence[int]) -> list[Mean]:
    """The mean loss in each bucket of positions, from each edge to before the next; the last bucket has no end."""
    sums, counts = np.zeros(len(edges)), np.zeros(len(edges), dtype=np.int64)
    training = loss_model.training
    loss_model.eval()
    for flat in flats:
        losses = loss_model.losses(**_tensors(flat, loss_model.head.device)).double().cpu().numpy()
        seen = (flat.labels != IGNORED) & (flat.position_ids >= edges[0])
        buckets = np.searchsorted(edges, flat.position_ids[seen], side="right") - 1
        sums += np.bincount(buckets, losses[seen], len(edges))
        counts += np.bincount(buckets, minlength=len(edges))
    loss_model.train(training)
    return [
        Mean(loss=float(total / count) if count else None, tokens=int(count)) for total, count in zip(sums, counts, strict=True)
    ]


def _flats(held: Sequence[Window], corpus: Corpus, length: int) -> Iterator[Flat]:
    at_once = max(1, MICRO_BATCH // length)
    for begin in range(0, len(held), at_once):
        yield collate(held[begin : begin + at_once], corpus, length, Borders())


def _tensors(flat: Flat, device: torch.device) -> dict[str, Any]:
    arrays = (flat.input_ids, flat.labels, flat.position_ids, flat.cu_seqlens)
    names = ("input_ids", "labels", "position_ids", "cu_seqlens")
    moved: dict[str, Any] = {name: torch.from_numpy(array).to(device) for name, array in zip(names, arrays, strict=True)}
    return {**moved, "max_length": flat.max_length}
