"""Tokens that a source has already, as documents of a table."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from mtdsl.data.reading import Reading
from mtdsl.data.table import Ids
from mtdsl.data.tokenizer import Encoder
from mtdsl.diag import concerning, refuse


def ready_made(reading: Reading, encoder: Encoder, dtype: np.dtype[Any]) -> Iterator[tuple[Ids, int]]:
    """The ids of each document of `reading`, nothing added, and a hash of them.

    Raises `Refusal` for an id that the tokenizer does not have.
    """
    for number, ids in enumerate(filter(len, reading.ids()), 1):
        if (most := int(ids.max())) >= encoder.vocab:
            name = reading.source.name
            message = f"document {number:,} of `{name}` holds the token {most:,}, and the tokenizer has {encoder.vocab:,}"
            with concerning(name, "source"):
                raise refuse(
                    "source-tokens", message, help="name the tokenizer that it was made with, or its type: dtype = ..."
                )
        yield ids.astype(dtype), _hash(ids)


def _hash(ids: npt.NDArray[np.integer[Any]]) -> int:
    """Of the ids in four bytes each: the same documents are held out, whatever type they lie in."""
    return int.from_bytes(blake2b(ids.astype("<u4").tobytes(), digest_size=8).digest(), "big")
