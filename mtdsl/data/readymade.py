"""Tokens that a source has already, as documents of a table."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from mtdsl.data.shards import Tokenised
from mtdsl.data.tokenizer import Encoder
from mtdsl.diag import concerning, refuse

Ids = npt.NDArray[np.integer[Any]]


def ready_made(documents: Iterator[Ids], first: int, name: str, encoder: Encoder, dtype: np.dtype[Any]) -> Iterator[Tokenised]:
    """Documents of the source `name`, from number `first` on, as they are, nothing added, with a hash of each.

    Raises `Refusal` for an id that the tokenizer does not have.
    """
    for number, ids in enumerate(documents, first + 1):
        if (most := int(ids.max())) >= encoder.vocab:
            message = f"document {number:,} of `{name}` holds the token {most:,}, and the tokenizer has {encoder.vocab:,}"
            with concerning(name, "source"):
                raise refuse(
                    "source-tokens", message, help="name the tokenizer that it was made with, or its type: dtype = ..."
                )
        yield Tokenised(ids.astype(dtype), _hash(ids), 0)


def _hash(ids: Ids) -> int:
    """Of the ids in four bytes each: the same documents are held out, whatever type they lie in."""
    return int.from_bytes(blake2b(ids.astype("<u4").tobytes(), digest_size=8).digest(), "big")
