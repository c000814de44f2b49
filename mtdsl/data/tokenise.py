"""Text into token tables, each source once."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest
from mtdsl.data.reading import Reading, Say
from mtdsl.data.readymade import ready_made
from mtdsl.data.table import Ids, write
from mtdsl.data.tokenizer import Encoder
from mtdsl.diag import concerning, refuse

RULES = {"format": 1, "special_tokens": "none added", "document": "[bos] tokens eos"}
"""What becomes of a document: part of the key of every table."""
CHARACTERS = 1 << 20
"""Text that is encoded at a time: enough to keep every core busy, little to hold."""
REPORT = 50_000_000
"""Tokens between two lines of progress."""


def content(reading: Reading, tokenizer: str) -> str:
    """The hash of a source's tokens: of its text, the tokenizer and the document rules."""
    return digest(reading.fingerprint, tokenizer, RULES)


def table(reading: Reading, encoder: Encoder, cache: Path, say: Say) -> Path:
    """The folder with the tokens of a source, made on first use. Raises `Refusal` where there is no text."""

    def make(folder: Path) -> None:
        say(f"{'reading' if reading.is_tokens else 'tokenising'} `{reading.source.name}`")
        dtype = np.min_scalar_type(encoder.vocab - 1)
        documents = ready_made(reading, encoder, dtype) if reading.is_tokens else _documents(reading, encoder, dtype, say)
        write(folder, _some(documents, reading), dtype)

    return ensure(cache / "tables" / content(reading, encoder.hash), make)


def _documents(reading: Reading, encoder: Encoder, dtype: np.dtype[Any], say: Say) -> Iterator[tuple[Ids, int]]:
    before = [] if encoder.bos is None else [encoder.bos]
    total, told = 0, REPORT
    for texts in _batches(reading.texts()):
        for text, ids in zip(texts, encoder.batch(texts), strict=True):
            tokens = np.array([*before, *ids, encoder.eos], dtype)
            total += len(tokens)
            yield tokens, _hash(text)
        if total >= told:
            say(f"tokenising `{reading.source.name}`: {total:,} tokens")
            told += REPORT


def _some(documents: Iterator[tuple[Ids, int]], reading: Reading) -> Iterator[tuple[Ids, int]]:
    """The documents. Raises `Refusal` where there is none."""
    first = next(documents, None)
    if first is None:
        with concerning(reading.source.name, "source"):
            raise refuse("source-empty", f"`{reading.source.name}` holds no text")
    yield first
    yield from documents


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _hash(text: str) -> int:
    """Of the text, not of its tokens: the same documents are held out under any tokenizer."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
