"""Text into token tables, each source once."""

from __future__ import annotations

import time
from array import array
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mtdsl.data.entry import ensure
from mtdsl.data.keys import digest
from mtdsl.data.reading import Reading, Say
from mtdsl.data.readymade import ready_made
from mtdsl.data.shards import Gap, Tokenised, finish, gaps, write
from mtdsl.data.tokenizer import Encoder
from mtdsl.diag import concerning, refuse

RULES = {"format": 2, "special_tokens": "none added", "document": "[bos] tokens eos"}
"""What becomes of a document: part of the key of every table."""
CHARACTERS = 1 << 20
"""Text that is encoded at a time: enough to keep every core busy, little to hold."""
LONGEST = 2**31 - 1
"""Characters or tokens of a document: tokenizers count in 32 bits."""
REPORT = 10.0
"""Seconds between two lines of progress."""


def content(reading: Reading, tokenizer: str) -> str:
    """The hash of a source's tokens: of its text, the tokenizer and the document rules."""
    return digest(reading.fingerprint, tokenizer, RULES)


def table(reading: Reading, encoder: Encoder, cache: Path, say: Say, *, verify: bool = False) -> Path:
    """The folder with the tokens of a source, made on first use. Raises `Refusal` where there is no text.

    Shards that were finished before a kill, and those of a damaged table that are whole, are not made again. `verify` reads
    every byte of what is there.
    """

    def make(folder: Path) -> None:
        missing = gaps(folder)
        verb = "reading" if reading.is_tokens else "tokenising"
        say(f"{verb} `{reading.source.name}`" if missing == [Gap(0, None)] else f"{verb} the rest of `{reading.source.name}`")
        _fill(folder, missing, reading, encoder, say)
        finish(folder)

    return ensure(cache / "tables" / content(reading, encoder.hash), make, goes_on=True, verify=verify)


def _fill(folder: Path, missing: list[Gap], reading: Reading, encoder: Encoder, say: Say) -> None:
    """Write the shards that are missing. Raises `Refusal` where there is no document at all."""
    dtype = np.min_scalar_type(encoder.vocab - 1)
    coming = _short_enough(reading)
    at, name = 0, reading.source.name
    for gap in missing:
        part = islice(coming, gap.first - at, None if gap.stop is None else gap.stop - at)
        documents = ready_made(part, gap.first, name, encoder, dtype) if reading.is_tokens else _documents(part, encoder, dtype)
        at = gap.first + write(folder, gap.first, _progress(documents, name, say), dtype)
    if not at:
        with concerning(name, "source"):
            raise refuse("source-empty", f"`{name}` holds no text")


def _documents(texts: Iterator[str], encoder: Encoder, dtype: np.dtype[Any]) -> Iterator[Tokenised]:
    """Each text encoded, between bos, where the tokenizer has one, and eos."""
    before = array("I", [] if encoder.bos is None else [encoder.bos])
    for text, ids in _encoded(texts, encoder):
        tokens = before + array("I", ids)
        tokens.append(encoder.eos)
        data = text.encode()
        yield Tokenised(np.frombuffer(tokens, np.uint32).astype(dtype), _hash(data), len(data))


def _encoded(texts: Iterator[str], encoder: Encoder) -> Iterator[tuple[str, list[int]]]:
    """Each text with its ids; while a batch is encoded, the one before it is written and the next is read."""
    waiting: deque[tuple[list[str], Future[list[list[int]]]]] = deque()
    with ThreadPoolExecutor(1) as ahead:
        for batch in _batches(texts):
            waiting.append((batch, ahead.submit(encoder.batch, batch)))
            if len(waiting) == 2:
                yield from _ready(waiting)
        yield from _ready(waiting)


def _ready(waiting: deque[tuple[list[str], Future[list[list[int]]]]]) -> Iterator[tuple[str, list[int]]]:
    if waiting:
        texts, ids = waiting.popleft()
        yield from zip(texts, ids.result(), strict=True)


def _short_enough(reading: Reading) -> Iterator[Any]:
    """What a source has of each document, text or ids. Raises `Refusal` for one that is too long."""
    name, unit = reading.source.name, "tokens" if reading.is_tokens else "characters"
    documents: Iterator[Any] = reading.ids() if reading.is_tokens else reading.texts()
    for number, document in enumerate(documents, 1):
        if len(document) > LONGEST:
            message = f"document {number:,} of `{name}` has {len(document):,} {unit}, and {LONGEST:,} is the most"
            with concerning(name, "source"):
                raise refuse("document-too-long", message, help="cut it where its parts can stand alone")
        yield document


def _progress(documents: Iterator[Tokenised], name: str, say: Say) -> Iterator[Tokenised]:
    """The documents; every few seconds it is told how many tokens there were."""
    begun = last = time.monotonic()
    total = 0
    for document in documents:
        total += len(document.tokens)
        yield document
        if (now := time.monotonic()) - last >= REPORT:
            say(f"tokenising `{name}`: {total:,} tokens, {total / (now - begun):,.0f} a second")
            last = now


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


def _hash(text: bytes) -> int:
    """Of the text, not of its tokens: the same documents are held out under any tokenizer."""
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")
